"""Publication"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_record",
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("module_key", sa.String(length=80), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(length=16), nullable=False),
        sa.Column("pictures", sa.JSON(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_file_record")),
    )
    with op.batch_alter_table("file_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_record_module_key"), ["module_key"])

    op.create_table(
        "review_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "clause",
                "fact",
                "correction",
                "key",
                name="reviewkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("module_key", sa.String(length=80), nullable=True),
        sa.Column("anchor", sa.String(length=80), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("before_text", sa.Text(), nullable=False),
        sa.Column("after_text", sa.Text(), nullable=False),
        sa.Column("before_version_id", sa.Integer(), nullable=True),
        sa.Column("after_version_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_review_task_question_id")
        ),
        sa.ForeignKeyConstraint(
            ["before_version_id"],
            ["question_version.id"],
            name=op.f("fk_review_task_before_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["after_version_id"],
            ["question_version.id"],
            name=op.f("fk_review_task_after_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user.id"], name=op.f("fk_review_task_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["user.id"], name=op.f("fk_review_task_settled_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_task")),
    )
    with op.batch_alter_table("review_task", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_review_task_question_id_kind"), ["question_id", "kind"]
        )
        batch_op.create_index(
            batch_op.f("ix_review_task_settled_at_kind"), ["settled_at", "kind"]
        )

    with op.batch_alter_table("stored_image", schema=None) as batch_op:
        batch_op.add_column(sa.Column("synced_name", sa.String(length=60), nullable=True))

    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("continues_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_question_version_continues_id"),
            "question_version",
            ["continues_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_question_version_continues_id"), type_="foreignkey"
        )
        batch_op.drop_column("continues_id")

    with op.batch_alter_table("stored_image", schema=None) as batch_op:
        batch_op.drop_column("synced_name")

    op.drop_table("review_task")
    op.drop_table("file_record")
