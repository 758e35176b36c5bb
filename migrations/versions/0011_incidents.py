"""Incidents, what an exam records of its candidates, messages, notes, room incidents."""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime


revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def incident_kind() -> sa.Enum:
    return sa.Enum(
        "left",
        "idle",
        "copied",
        "cut",
        "pasted",
        "second_device",
        "address",
        "limit",
        name="incidentkind",
        native_enum=False,
        length=32,
    )


def upgrade() -> None:
    op.create_table(
        "exam_integrity",
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("records_leavings", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("most_leavings", sa.Integer(), nullable=True),
        sa.Column("longest_leaving_seconds", sa.Integer(), nullable=True),
        sa.Column("idle_seconds", sa.Integer(), nullable=True),
        sa.Column("hands_in", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("blocks_clipboard", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("records_addresses", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("records_times", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("shows_watermark", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("requires_safe_browser", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("safe_browser_keys", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_exam_integrity_exam_id")),
        sa.PrimaryKeyConstraint("exam_id", name=op.f("pk_exam_integrity")),
    )
    op.create_table(
        "exam_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_to_all", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_exam_message_author_id")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_exam_message_exam_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_message")),
    )
    op.create_index(op.f("ix_exam_message_exam_id"), "exam_message", ["exam_id"])

    op.create_table(
        "room_incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_room_incident_author_id")
        ),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_room_incident_exam_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_incident")),
    )
    op.create_index(op.f("ix_room_incident_exam_id"), "room_incident", ["exam_id"])

    op.create_table(
        "safe_browser_exemption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_id"], ["exam.id"], name=op.f("fk_safe_browser_exemption_exam_id")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["user.id"], name=op.f("fk_safe_browser_exemption_granted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_safe_browser_exemption_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safe_browser_exemption")),
        sa.UniqueConstraint(
            "exam_id", "user_id", name=op.f("uq_safe_browser_exemption_exam_id_user_id")
        ),
    )
    op.create_index(
        op.f("ix_safe_browser_exemption_user_id"), "safe_browser_exemption", ["user_id"]
    )

    op.create_table(
        "incident",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("kind", incident_kind(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("client_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_incident_sitting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint(
            "sitting_id", "client_key", name=op.f("uq_incident_sitting_id_client_key")
        ),
    )
    op.create_table(
        "message_receipt",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["exam_message.id"], name=op.f("fk_message_receipt_message_id")
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_message_receipt_sitting_id")
        ),
        sa.PrimaryKeyConstraint("message_id", "sitting_id", name=op.f("pk_message_receipt")),
    )
    op.create_index(
        op.f("ix_message_receipt_sitting_id_seen_at"), "message_receipt", ["sitting_id", "seen_at"]
    )

    op.create_table(
        "sitting_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_sitting_note_author_id")),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_sitting_note_sitting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_note")),
    )
    op.create_index(op.f("ix_sitting_note_sitting_id"), "sitting_note", ["sitting_id"])

    op.create_table(
        "sitting_times",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_sitting_times_sitting_id")
        ),
        sa.PrimaryKeyConstraint("sitting_id", name=op.f("pk_sitting_times")),
    )
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("incident_count", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("incident_kind", incident_kind(), nullable=True))
        batch_op.add_column(sa.Column("incident_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("limit_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("limit_kind", incident_kind(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "integrity_decision",
                sa.Enum(
                    "pending",
                    "confirmed",
                    "voided",
                    name="integritydecision",
                    native_enum=False,
                    length=32,
                ),
                nullable=True,
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_column("integrity_decision")
        batch_op.drop_column("limit_kind")
        batch_op.drop_column("limit_at")
        batch_op.drop_column("incident_at")
        batch_op.drop_column("incident_kind")
        batch_op.drop_column("incident_count")

    op.drop_table("sitting_times")

    op.drop_table("sitting_note")

    op.drop_table("message_receipt")
    op.drop_table("incident")

    op.drop_table("safe_browser_exemption")

    op.drop_table("room_incident")

    op.drop_table("exam_message")
    op.drop_table("exam_integrity")
