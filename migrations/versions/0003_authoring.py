"""Authoring"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_image")),
        sa.UniqueConstraint("path", name=op.f("uq_stored_image_path")),
    )
    op.create_table(
        "proposed_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column(
            "origin",
            sa.Enum("key_fact", "import", name="proposalorigin", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open", "accepted", "rejected", name="proposalstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("module_key", sa.String(length=80), nullable=True),
        sa.Column("anchor", sa.String(length=80), nullable=True),
        sa.Column(
            "type",
            sa.Enum(
                "single_choice",
                "multiple_choice",
                "true_false",
                "fill_blank",
                "ordering",
                "matching",
                "short_answer",
                "case_analysis",
                "hotspot",
                name="questiontype",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("made_from", sa.Text(), nullable=False),
        sa.Column("fact_id", sa.String(length=12), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("external_id", sa.String(length=80), nullable=True),
        sa.Column("replaces_public_id", sa.String(length=12), nullable=True),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_proposed_question_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_proposed_question_public_id")),
    )
    with op.batch_alter_table("proposed_question", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposed_question_source_external_id"),
            ["source", "external_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_proposed_question_state_module_key"),
            ["state", "module_key"],
            unique=False,
        )

    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("module_key", sa.String(length=80), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("is_companion", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("synced_hash", sa.String(length=64), nullable=True),
        sa.Column("origin_text", sa.Text(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["user.id"], name=op.f("fk_stored_file_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("path", name=op.f("uq_stored_file_path")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_module_key"), ["module_key"], unique=False)

    op.create_table(
        "working_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("module_key", sa.String(length=80), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "editing",
                "in_review",
                "published",
                "discarded",
                name="workingstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("base_text", sa.Text(), nullable=True),
        sa.Column("origin_text", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", UtcDateTime(), nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_working_copy_owner_id")),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["user.id"], name=op.f("fk_working_copy_reviewed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["user.id"], name=op.f("fk_working_copy_submitted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["user.id"], name=op.f("fk_working_copy_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_copy")),
    )
    with op.batch_alter_table("working_copy", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_working_copy_module_key"), ["module_key"], unique=False
        )
        batch_op.create_index(
            "uq_working_copy_open",
            ["path"],
            unique=True,
            sqlite_where=sa.text("state IN ('editing', 'in_review')"),
            postgresql_where=sa.text("state IN ('editing', 'in_review')"),
        )

    op.create_table(
        "item_statistics",
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("sittings", sa.Integer(), nullable=False),
        sa.Column("facility", sa.Double(), nullable=True),
        sa.Column("discrimination_index", sa.Double(), nullable=True),
        sa.Column("point_biserial", sa.Double(), nullable=True),
        sa.Column("discriminative_efficiency", sa.Double(), nullable=True),
        sa.Column("effective_weight", sa.Double(), nullable=True),
        sa.Column("median_seconds", sa.Double(), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("computed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_version.id"],
            name=op.f("fk_item_statistics_question_version_id"),
        ),
        sa.PrimaryKeyConstraint("question_version_id", name=op.f("pk_item_statistics")),
    )
    op.create_table(
        "working_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("working_copy_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["saved_by_id"], ["user.id"], name=op.f("fk_working_revision_saved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["working_copy_id"],
            ["working_copy.id"],
            name=op.f("fk_working_revision_working_copy_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_revision")),
        sa.UniqueConstraint(
            "working_copy_id", "revision", name=op.f("uq_working_revision_working_copy_id_revision")
        ),
    )
    with op.batch_alter_table("module_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source_text", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("published_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_module_version_published_by_id"), "user", ["published_by_id"], ["id"]
        )

    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_question_case_id"), ["case_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_question_case_id"), "question", ["case_id"], ["id"]
        )

    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("premises", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("rubric", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("picture", sa.JSON(), nullable=True))
        batch_op.add_column(
            sa.Column("part_version_ids", sa.JSON(), server_default="[]", nullable=False)
        )



def downgrade() -> None:
    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.drop_column("part_version_ids")
        batch_op.drop_column("picture")
        batch_op.drop_column("rubric")
        batch_op.drop_column("premises")

    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_question_case_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_question_case_id"))
        batch_op.drop_column("case_id")

    with op.batch_alter_table("module_version", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_module_version_published_by_id"), type_="foreignkey"
        )
        batch_op.drop_column("published_by_id")
        batch_op.drop_column("source_text")

    op.drop_table("working_revision")
    op.drop_table("item_statistics")
    with op.batch_alter_table("working_copy", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_working_copy_open",
            sqlite_where=sa.text("state IN ('editing', 'in_review')"),
            postgresql_where=sa.text("state IN ('editing', 'in_review')"),
        )
        batch_op.drop_index(batch_op.f("ix_working_copy_module_key"))

    op.drop_table("working_copy")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_file_module_key"))

    op.drop_table("stored_file")
    with op.batch_alter_table("proposed_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposed_question_state_module_key"))
        batch_op.drop_index(batch_op.f("ix_proposed_question_source_external_id"))

    op.drop_table("proposed_question")
    op.drop_table("stored_image")
