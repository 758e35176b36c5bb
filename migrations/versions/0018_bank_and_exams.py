"""What exams tell the bank about faulty questions, and what took the place of a fixed one"""

import sqlalchemy as sa
from alembic import op


revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

CAUSE = sa.Enum(
    "withdrawn", "void", "full_marks", "key", "appeal",
    name="flawcause",
    native_enum=False,
    length=32,
)


def upgrade() -> None:
    with op.batch_alter_table("review_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cause", CAUSE, nullable=True))
        batch_op.add_column(sa.Column("reason", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("exam_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("pool_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replaces_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_pool_entry_replaces_id"), "pool_entry", ["replaces_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("pool_entry", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_pool_entry_replaces_id"), type_="foreignkey")
        batch_op.drop_column("replaces_id")
    with op.batch_alter_table("review_task", schema=None) as batch_op:
        batch_op.drop_column("exam_id")
        batch_op.drop_column("reason")
        batch_op.drop_column("cause")
