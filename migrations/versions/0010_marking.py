"""Marking by people"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_CURRENT = sa.text("superseded_at IS NULL")


def kept_as_text(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


ROUND = kept_as_text("markround", "first", "second", "adjudicator")
STATE = kept_as_text("taskstate", "open", "disputed", "marked", "released", "dropped")


def upgrade() -> None:
    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("marker_count", sa.Integer(), server_default="1", nullable=False)
        )
        batch_op.add_column(
            sa.Column("max_difference_percent", sa.Integer(), server_default="20", nullable=False)
        )
        for name in ("separates_markers", "releases_together"):
            batch_op.add_column(
                sa.Column(name, sa.Boolean(), server_default=sa.true(), nullable=False)
            )
    make_marker_appointment()
    make_marking_task()
    make_manual_mark()
    make_marking_lease()


def make_marker_appointment() -> None:
    op.create_table(
        "marker_appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("is_adjudicator", sa.Boolean(), nullable=False),
        sa.Column("appointed_by_id", sa.Integer(), nullable=True),
        sa.Column("appointed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_id"], ["exam.id"], name=op.f("fk_marker_appointment_exam_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_marker_appointment_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["appointed_by_id"], ["user.id"], name=op.f("fk_marker_appointment_appointed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marker_appointment")),
        sa.UniqueConstraint(
            "exam_id", "user_id", name=op.f("uq_marker_appointment_exam_id_user_id")
        ),
    )
    op.create_index(op.f("ix_marker_appointment_user_id"), "marker_appointment", ["user_id"])


def make_marking_task() -> None:
    op.create_table(
        "marking_task",
        sa.Column("sitting_question_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("answer_digest", sa.String(length=64), nullable=False),
        sa.Column("likeness", sa.String(length=64), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sitting_question_id"],
            ["sitting_question.id"],
            name=op.f("fk_marking_task_sitting_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_marking_task_sitting_id")
        ),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_marking_task_exam_id")),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_version.id"],
            name=op.f("fk_marking_task_question_version_id"),
        ),
        sa.PrimaryKeyConstraint("sitting_question_id", name=op.f("pk_marking_task")),
        sa.UniqueConstraint("token", name=op.f("uq_marking_task_token")),
    )
    op.create_index(
        op.f("ix_marking_task_exam_id_question_version_id_state"),
        "marking_task",
        ["exam_id", "question_version_id", "state"],
    )
    op.create_index(op.f("ix_marking_task_sitting_id"), "marking_task", ["sitting_id"])


def make_manual_mark() -> None:
    op.create_table(
        "manual_mark",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("sitting_question_id", BIG_ID, nullable=False),
        sa.Column("marker_id", sa.Integer(), nullable=False),
        sa.Column("round", ROUND, nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("superseded_at", UtcDateTime(), nullable=True),
        sa.Column("batch", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["sitting_question_id"],
            ["sitting_question.id"],
            name=op.f("fk_manual_mark_sitting_question_id"),
        ),
        sa.ForeignKeyConstraint(["marker_id"], ["user.id"], name=op.f("fk_manual_mark_marker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_mark")),
    )
    op.create_index(
        "uq_manual_mark_current",
        "manual_mark",
        ["sitting_question_id", "round"],
        unique=True,
        sqlite_where=IS_CURRENT,
        postgresql_where=IS_CURRENT,
    )
    op.create_index(op.f("ix_manual_mark_marker_id"), "manual_mark", ["marker_id"])
    op.create_index(op.f("ix_manual_mark_batch"), "manual_mark", ["batch"])


def make_marking_lease() -> None:
    op.create_table(
        "marking_lease",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("sitting_question_id", BIG_ID, nullable=False),
        sa.Column("round", ROUND, nullable=False),
        sa.Column("marker_id", sa.Integer(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sitting_question_id"],
            ["sitting_question.id"],
            name=op.f("fk_marking_lease_sitting_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["marker_id"], ["user.id"], name=op.f("fk_marking_lease_marker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_lease")),
        sa.UniqueConstraint(
            "sitting_question_id", "round", name=op.f("uq_marking_lease_sitting_question_id_round")
        ),
    )
    op.create_index(op.f("ix_marking_lease_marker_id"), "marking_lease", ["marker_id"])


def downgrade() -> None:
    op.drop_table("marking_lease")
    op.drop_table("manual_mark")
    op.drop_table("marking_task")
    op.drop_table("marker_appointment")
    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.drop_column("releases_together")
        batch_op.drop_column("separates_markers")
        batch_op.drop_column("max_difference_percent")
        batch_op.drop_column("marker_count")
