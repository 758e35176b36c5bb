"""Item analysis and full-text search"""

import re
import unicodedata
from html import unescape

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question_use",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_use_question_id")
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_use")),
    )
    op.create_table(
        "exam_statistics",
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("sittings", sa.Integer(), nullable=False),
        sa.Column("mean_tenths", sa.Double(), nullable=True),
        sa.Column("full_score_tenths", sa.Integer(), nullable=False),
        sa.Column("alpha", sa.Double(), nullable=True),
        sa.Column("sem_tenths", sa.Double(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("basis", sa.String(length=80), nullable=False),
        sa.Column("computed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_exam_statistics_exam_id")),
        sa.PrimaryKeyConstraint("exam_id", name=op.f("pk_exam_statistics")),
    )
    op.create_table(
        "exam_item_statistics",
        sa.Column("exam_id", sa.Integer(), nullable=False),
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
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_id"], ["exam.id"], name=op.f("fk_exam_item_statistics_exam_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_version.id"],
            name=op.f("fk_exam_item_statistics_question_version_id"),
        ),
        sa.PrimaryKeyConstraint(
            "exam_id", "question_version_id", name=op.f("pk_exam_item_statistics")
        ),
    )
    op.create_index(
        op.f("ix_exam_item_statistics_question_version_id"),
        "exam_item_statistics",
        ["question_version_id"],
    )
    _make_search()


def _make_search() -> None:
    """The index of pairs of characters, and what the bank holds already in it."""
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        op.execute(
            "CREATE VIRTUAL TABLE question_search USING fts5("
            "grams, tokenize = 'ascii', detail = none, columnsize = 0)"
        )
    else:
        op.execute(
            "CREATE TABLE question_search (question_id INTEGER PRIMARY KEY"
            " REFERENCES question (id) ON DELETE CASCADE, grams TEXT[] NOT NULL)"
        )
        op.execute("CREATE INDEX ix_question_search_grams ON question_search USING gin (grams)")
    labels: dict[int, list[str]] = {}
    for question_id, label in connection.execute(
        sa.text("SELECT question_id, label FROM question_reference ORDER BY question_id, position")
    ):
        labels.setdefault(question_id, []).append(label)
    rows = connection.execute(
        sa.text("SELECT id, search_text, explanation_html FROM question")
    ).all()
    for question_id, said, html in rows:
        plain = unescape(re.sub(r"<[^>]*>", "", html))
        parts = [said, *map(_comparable, (plain, *labels.get(question_id, ())))]
        found = "\n".join(part for part in parts if part)
        connection.execute(
            sa.text("UPDATE question SET search_text = :said WHERE id = :id"),
            {"said": found, "id": question_id},
        )
        grams = sorted(_grams(found))
        name = "rowid" if is_sqlite else "question_id"
        connection.execute(
            sa.text(f"INSERT INTO question_search ({name}, grams) VALUES (:id, :grams)"),
            {"id": question_id, "grams": " ".join(grams) if is_sqlite else grams},
        )


def _comparable(text: str) -> str:
    kept = (
        c
        for c in unicodedata.normalize("NFKC", text)
        if not (c.isspace() or unicodedata.category(c)[0] == "C")
    )
    return unicodedata.normalize("NFKC", "".join(kept).casefold())


def _grams(text: str) -> set[str]:
    found: set[str] = set()
    for line in text.split("\n"):
        words = re.findall(r"[^\x00-\x7f]+|[a-z0-9]+|.", line)
        kept = "".join(w if w[0].isalnum() or ord(w[0]) > 127 else " " for w in words)
        for run in kept.split():
            found.update(run)
            found.update(run[at : at + 2] for at in range(len(run) - 1))
    return found


def downgrade() -> None:
    op.execute("DROP TABLE question_search")
    op.drop_table("exam_item_statistics")
    op.drop_table("exam_statistics")
    op.drop_table("question_use")
