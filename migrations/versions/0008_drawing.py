"""Sections, clauses, fixed and must-pass questions, balance, shifts"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exam_shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_exam_shift_exam_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_shift")),
        sa.UniqueConstraint("exam_id", "began_on", "block", name=op.f("uq_exam_shift_exam_id_began_on_block")),
    )
    op.create_table(
        "exam_fairness",
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("computed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_exam_fairness_exam_id")),
        sa.PrimaryKeyConstraint("exam_id", name=op.f("pk_exam_fairness")),
    )
    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tolerance_tenths", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("mean_expected", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("reuse_limit_percent", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("shift_hours", sa.Integer(), server_default="24", nullable=False)
        )
        batch_op.add_column(
            sa.Column("planned_shifts", sa.Integer(), server_default="1", nullable=False)
        )
    with op.batch_alter_table("blueprint_row", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clause", sa.String(length=161), nullable=True))
        batch_op.add_column(sa.Column("question", sa.String(length=12), nullable=True))
        batch_op.add_column(
            sa.Column("is_must_pass", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("section_title", sa.String(length=60), nullable=True))
    with op.batch_alter_table("pool_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expected_permille", sa.Integer(), nullable=True))
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shift_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_entries", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("must_pass_missed", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_sitting_shift_id"), "exam_shift", ["shift_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sitting_shift_id"), type_="foreignkey")
        batch_op.drop_column("must_pass_missed")
        batch_op.drop_column("withdrawn_entries")
        batch_op.drop_column("shift_id")
    with op.batch_alter_table("pool_entry", schema=None) as batch_op:
        batch_op.drop_column("expected_permille")
    with op.batch_alter_table("blueprint_row", schema=None) as batch_op:
        batch_op.drop_column("section_title")
        batch_op.drop_column("is_must_pass")
        batch_op.drop_column("question")
        batch_op.drop_column("clause")
    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.drop_column("planned_shifts")
        batch_op.drop_column("shift_hours")
        batch_op.drop_column("reuse_limit_percent")
        batch_op.drop_column("mean_expected")
        batch_op.drop_column("tolerance_tenths")
    op.drop_table("exam_fairness")
    op.drop_table("exam_shift")
