"""Rules of an exam: entry, resits, standby, visibility"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REVEALS = ("during", "after_submission", "after_window", "never")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "entry_permit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_entry_permit_exam_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_entry_permit_user_id")),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["user.id"], name=op.f("fk_entry_permit_granted_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_permit")),
        sa.UniqueConstraint("exam_id", "user_id", name=op.f("uq_entry_permit_exam_id_user_id")),
    )
    op.create_index(op.f("ix_entry_permit_user_id"), "entry_permit", ["user_id"])
    op.create_table(
        "entry_tries",
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("wrong_count", sa.Integer(), nullable=False),
        sa.Column("waits_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_entry_tries_exam_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_entry_tries_user_id")),
        sa.PrimaryKeyConstraint("exam_id", "user_id", name=op.f("pk_entry_tries")),
    )
    _make_standby()
    with op.batch_alter_table("exam_audience", schema=None) as batch_op:
        roles = (
            "learner",
            "team_leader",
            "trainer",
            "examiner",
            "safety_manager",
            "administrator",
            "inspector",
        )
        batch_op.add_column(sa.Column("role", _choice("role", *roles), nullable=True))

    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("avoided_version_ids", sa.JSON(), server_default="[]", nullable=False)
        )
    _add_rules()
    # What was shown together so far stays shown together.
    op.execute(sa.text("UPDATE exam SET explanations_reveal = reveal"))


def _make_standby() -> None:
    op.create_table(
        "standby_flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_reason", sa.Text(), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_standby_flag_user_id")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_standby_flag_exam_id")),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_standby_flag_sitting_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["user.id"], name=op.f("fk_standby_flag_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by_id"], ["user.id"], name=op.f("fk_standby_flag_lifted_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standby_flag")),
        sa.UniqueConstraint("sitting_id", name=op.f("uq_standby_flag_sitting_id")),
    )
    op.create_index(op.f("ix_standby_flag_user_id"), "standby_flag", ["user_id"])


def _add_rules() -> None:
    reveal = _choice("reveal", *REVEALS)
    kind = _choice("examkind", "final", "practice")
    with op.batch_alter_table("exam", schema=None) as batch_op:
        for column in (
            sa.Column("kind", kind, server_default="final", nullable=False),
            sa.Column("entry_minutes", sa.Integer(), nullable=True),
            sa.Column("entry_until", UtcDateTime(), nullable=True),
            sa.Column("least_minutes", sa.Integer(), server_default="0", nullable=False),
            sa.Column("waits_for_start", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("started_at", UtcDateTime(), nullable=True),
            sa.Column("started_by_id", sa.Integer(), nullable=True),
            sa.Column("entry_code", sa.String(length=20), nullable=True),
            sa.Column("address_ranges", sa.JSON(), server_default="[]", nullable=False),
            sa.Column("wait_hours", sa.Integer(), server_default="0", nullable=False),
            sa.Column("proposes_standby", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column(
                "result_reveal", reveal, server_default="after_submission", nullable=False
            ),
            sa.Column("marks_reveal", reveal, server_default="after_submission", nullable=False),
            sa.Column(
                "explanations_reveal", reveal, server_default="after_window", nullable=False
            ),
        ):
            batch_op.add_column(column)
        batch_op.create_foreign_key(
            op.f("fk_exam_started_by_id"), "user", ["started_by_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_exam_started_by_id"), type_="foreignkey")
        for name in (
            "explanations_reveal",
            "marks_reveal",
            "result_reveal",
            "proposes_standby",
            "wait_hours",
            "address_ranges",
            "entry_code",
            "started_by_id",
            "started_at",
            "waits_for_start",
            "least_minutes",
            "entry_until",
            "entry_minutes",
            "kind",
        ):
            batch_op.drop_column(name)

    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_column("avoided_version_ids")

    with op.batch_alter_table("exam_audience", schema=None) as batch_op:
        batch_op.drop_column("role")

    op.drop_table("standby_flag")
    op.drop_table("entry_tries")
    op.drop_table("entry_permit")
