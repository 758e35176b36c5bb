"""Case on the paper"""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sitting_question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case_version_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_sitting_question_case_version_id"),
            "question_version",
            ["case_version_id"],
            ["id"],
        )
