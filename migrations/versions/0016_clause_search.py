"""The words of clauses, and an index to search them"""

import re
import unicodedata
from html import unescape

import sqlalchemy as sa
from alembic import op


revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

HEADING = re.compile(r'<h[2-6](?: id="(?P<anchor>[a-z][a-z0-9-]*)")?>')
HEADING_END = re.compile(r"</h[2-6]>")
LINE_END = re.compile(r"</(?:p|li|h[2-6]|t[dhr]|pre|blockquote|div)>|<[bh]r>|\n")
TAG = re.compile(r'<[^>"]*(?:"[^"]*"[^>"]*)*>')
SAME_SIGN = str.maketrans({"−": "-", "–": "-", "〜": "~", "∼": "~", "µ": "μ"})


def upgrade() -> None:
    with op.batch_alter_table("clause") as batch:
        batch.add_column(sa.Column("text", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("search_text", sa.Text(), server_default="", nullable=False))
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        op.execute(
            "CREATE VIRTUAL TABLE clause_search USING fts5("
            "grams, tokenize = 'ascii', detail = none, columnsize = 0)"
        )
    else:
        op.execute(
            "CREATE TABLE clause_search (clause_id INTEGER PRIMARY KEY"
            " REFERENCES clause (id) ON DELETE CASCADE, grams TEXT[] NOT NULL)"
        )
        op.execute("CREATE INDEX ix_clause_search_grams ON clause_search USING gin (grams)")
    version_ids = connection.execute(sa.text("SELECT id FROM module_version ORDER BY id")).scalars()
    for version_id in version_ids.all():
        _take_in(connection, version_id, is_sqlite=is_sqlite)


def _take_in(connection: sa.Connection, version_id: int, *, is_sqlite: bool) -> None:
    """Fill in the words of a version's clauses; only those taught now can be found."""
    here = {"id": version_id}
    html = connection.execute(
        sa.text("SELECT html FROM module_version WHERE id = :id"), here
    ).scalar_one()
    is_current = connection.execute(
        sa.text("SELECT count(*) FROM course_module WHERE current_version_id = :id"), here
    ).scalar_one()
    texts = _texts(html)
    clauses = connection.execute(
        sa.text("SELECT id, anchor, title FROM clause WHERE module_version_id = :id"), here
    ).all()
    for id_, anchor, title in clauses:
        said = texts.get(anchor, "")
        searched = "\n".join(_comparable(line) for line in (title, *said.split("\n")))
        connection.execute(
            sa.text("UPDATE clause SET text = :text, search_text = :searched WHERE id = :id"),
            {"id": id_, "text": said, "searched": searched},
        )
        if is_current:
            name, grams = "rowid" if is_sqlite else "clause_id", sorted(_grams(searched))
            connection.execute(
                sa.text(f"INSERT INTO clause_search ({name}, grams) VALUES (:id, :grams)"),
                {"id": id_, "grams": " ".join(grams) if is_sqlite else grams},
            )


def _texts(html: str) -> dict[str, str]:
    headings = [found for found in HEADING.finditer(html) if found["anchor"]]
    ends = [found.start() for found in headings[1:]] + [len(html)] * bool(headings)
    texts: dict[str, str] = {}
    for found, end in zip(headings, ends, strict=True):
        heading_end = HEADING_END.search(html, found.end(), end)
        body = html[heading_end.end() if heading_end else found.end() : end]
        lines = unescape(TAG.sub("", LINE_END.sub("\n", body))).split("\n")
        said = (" ".join(line.split()) for line in lines)
        texts[found["anchor"]] = "\n".join(line for line in said if line)
    return texts


def _comparable(text: str) -> str:
    kept = (
        c
        for c in unicodedata.normalize("NFKC", text).translate(SAME_SIGN)
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
    op.execute("DROP TABLE clause_search")
    with op.batch_alter_table("clause") as batch:
        batch.drop_column("search_text")
        batch.drop_column("text")
