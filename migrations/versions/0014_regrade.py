"""Regrades and appeals"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime


revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def choice(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def make_regrade() -> None:
    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            choice("draft", "applying", "applied", "discarded", name="regradestate"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_regrade_exam_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user.id"], name=op.f("fk_regrade_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["user.id"], name=op.f("fk_regrade_applied_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
    )
    op.create_index(op.f("ix_regrade_exam_id"), "regrade", ["exam_id"])
    under_way = sa.text("state IN ('draft', 'applying')")
    op.create_index(
        "uq_regrade_under_way",
        "regrade",
        ["exam_id"],
        unique=True,
        sqlite_where=under_way,
        postgresql_where=under_way,
    )


def make_changes() -> None:
    op.create_table(
        "regrade_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            choice(
                "key",
                "points",
                "policy",
                "full_marks",
                "void",
                "restored",
                name="changekind",
            ),
            nullable=False,
        ),
        sa.Column("question_version_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["regrade_id"], ["regrade.id"], name=op.f("fk_regrade_change_regrade_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_version.id"],
            name=op.f("fk_regrade_change_question_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade_change")),
    )
    op.create_index(op.f("ix_regrade_change_regrade_id"), "regrade_change", ["regrade_id"])
    op.create_index(
        op.f("ix_regrade_change_question_version_id"), "regrade_change", ["question_version_id"]
    )


def make_outcomes() -> None:
    op.create_table(
        "regrade_outcome",
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("score_before", sa.Integer(), nullable=False),
        sa.Column("full_before", sa.Integer(), nullable=False),
        sa.Column("pass_mark_before", sa.Integer(), nullable=False),
        sa.Column("was_passed", sa.Boolean(), nullable=False),
        sa.Column("score_after", sa.Integer(), nullable=True),
        sa.Column("full_after", sa.Integer(), nullable=True),
        sa.Column("pass_mark_after", sa.Integer(), nullable=True),
        sa.Column("is_passed", sa.Boolean(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["regrade_id"], ["regrade.id"], name=op.f("fk_regrade_outcome_regrade_id")
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_regrade_outcome_sitting_id")
        ),
        sa.PrimaryKeyConstraint("regrade_id", "sitting_id", name=op.f("pk_regrade_outcome")),
    )
    op.create_index(op.f("ix_regrade_outcome_sitting_id"), "regrade_outcome", ["sitting_id"])


def make_appeals() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", choice("filed", "in_hand", "decided", name="appealstate"), nullable=False),
        sa.Column("filed_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", choice("granted", "rejected", name="appealoutcome"), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("regrade_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_appeal_exam_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_appeal_sitting_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_appeal_user_id")),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_version.id"],
            name=op.f("fk_appeal_question_version_id"),
        ),
        sa.ForeignKeyConstraint(["taken_by_id"], ["user.id"], name=op.f("fk_appeal_taken_by_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_appeal_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrade.id"], name=op.f("fk_appeal_regrade_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    op.create_index(
        op.f("ix_appeal_exam_id_question_version_id_state"),
        "appeal",
        ["exam_id", "question_version_id", "state"],
    )
    op.create_index(op.f("ix_appeal_user_id"), "appeal", ["user_id"])
    op.create_index(op.f("ix_appeal_regrade_id"), "appeal", ["regrade_id"])
    is_open = sa.text("state <> 'decided'")
    op.create_index(
        "uq_appeal_open",
        "appeal",
        ["sitting_id", "slot"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def make_reviews() -> None:
    op.create_table(
        "certificate_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_reason", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            choice("revoked", "kept", "passed_again", name="reviewoutcome"),
            nullable=True,
        ),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_certificate_review_certificate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_certificate_review_sitting_id")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user.id"], name=op.f("fk_certificate_review_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["user.id"], name=op.f("fk_certificate_review_settled_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_review")),
    )
    is_open = sa.text("settled_at IS NULL")
    op.create_index(
        "uq_certificate_review_open",
        "certificate_review",
        ["certificate_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def upgrade() -> None:
    make_regrade()
    make_changes()
    make_outcomes()
    make_appeals()
    make_reviews()
    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("appeal_days", sa.Integer(), server_default="7", nullable=False)
        )
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pass_mark_tenths", sa.Integer(), nullable=True))
    with op.batch_alter_table("sitting_question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counted_tenths", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sitting_question", schema=None) as batch_op:
        batch_op.drop_column("counted_tenths")
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_column("pass_mark_tenths")
    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.drop_column("appeal_days")
    for table in ("certificate_review", "appeal", "regrade_outcome", "regrade_change", "regrade"):
        op.drop_table(table)
