"""Evidence"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sitting_signature",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=100), nullable=False),
        sa.Column("public_key", sa.String(length=60), nullable=True),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_sitting_signature_sitting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_signature")),
        sa.UniqueConstraint(
            "sitting_id", "number", name=op.f("uq_sitting_signature_sitting_id_number")
        ),
    )
    op.create_index(op.f("ix_sitting_signature_signed_at"), "sitting_signature", ["signed_at"])
    op.create_table(
        "paper_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=2), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("withdrawn_entries", sa.JSON(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_paper_form_exam_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_paper_form_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_form")),
        sa.UniqueConstraint("exam_id", "letter", name=op.f("uq_paper_form_exam_id_letter")),
        sa.UniqueConstraint("code", name=op.f("uq_paper_form_code")),
    )
    # Signatures made before this table stand in the sittings' columns alone.
    op.execute(
        "INSERT INTO sitting_signature (sitting_id, number, head, signature, signed_at)"
        " SELECT id, signed_number, signed_head, signature, submitted_at FROM sitting"
        " WHERE signature IS NOT NULL AND submitted_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("paper_form")
    op.drop_index(op.f("ix_sitting_signature_signed_at"), "sitting_signature")
    op.drop_table("sitting_signature")
