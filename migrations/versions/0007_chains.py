"""Chains"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WAS_RUNNING = sa.text("state = 'open'")
IS_RUNNING = sa.text("state IN ('open', 'awaiting_delivery')")


def one_running_sitting(running: sa.TextClause) -> None:
    op.drop_index("uq_sitting_open", "sitting")
    op.create_index(
        "uq_sitting_open",
        "sitting",
        ["exam_id", "user_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )


def upgrade() -> None:
    op.create_table(
        "sitting_event",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_sitting_event_sitting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_event")),
        sa.UniqueConstraint(
            "sitting_id", "number", name=op.f("uq_sitting_event_sitting_id_number")
        ),
    )
    op.create_table(
        "sitting_presence",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_sitting_presence_sitting_id")
        ),
        sa.PrimaryKeyConstraint("sitting_id", name=op.f("pk_sitting_presence")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("journal_number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("claimed_at", UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("is_late", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("delivery_minutes", sa.Integer(), server_default="10", nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "late_answers",
                sa.Enum("confirm", "automatic", name="lateanswers", native_enum=False, length=32),
                server_default="confirm",
                nullable=False,
            )
        )

    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("chain_number", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("chain_head", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("signed_number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("signed_head", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("signature", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("lease", sa.String(length=40), nullable=True))
        batch_op.add_column(
            sa.Column("journal_number", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("journal_key", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("delivery_until", UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "late_decision",
                sa.Enum(
                    "pending",
                    "accepted",
                    "rejected",
                    name="latedecision",
                    native_enum=False,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("late_score_tenths", sa.Integer(), nullable=True))

    one_running_sitting(IS_RUNNING)


def downgrade() -> None:
    one_running_sitting(WAS_RUNNING)
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_column("late_score_tenths")
        batch_op.drop_column("late_decision")
        batch_op.drop_column("delivery_until")
        batch_op.drop_column("journal_key")
        batch_op.drop_column("journal_number")
        batch_op.drop_column("lease")
        batch_op.drop_column("signature")
        batch_op.drop_column("signed_head")
        batch_op.drop_column("signed_number")
        batch_op.drop_column("chain_head")
        batch_op.drop_column("chain_number")

    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.drop_column("late_answers")
        batch_op.drop_column("delivery_minutes")

    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_column("is_late")
        batch_op.drop_column("claimed_at")
        batch_op.drop_column("journal_number")
        batch_op.drop_column("number")

    op.drop_table("sitting_presence")
    op.drop_table("sitting_event")
