"""Whether the process lives (/healthz) and whether it can serve (/readyz)."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from core.web import services

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """The process answers; nothing else is looked at."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The database answers, its schema is there, and Chinese text can be searched."""
    problems: list[str] = []
    engine = services().database.engine
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            if engine.dialect.name == "postgresql":
                encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
                if encoding != "UTF8":
                    problems.append(f"server_encoding {encoding}, must be UTF8")
    except Exception as error:  # whatever it is, the answer is "not ready" and its kind
        problems.append(type(error).__name__)
    return jsonify(status="ok" if not problems else "not ready", problems=problems), (
        200 if not problems else 503
    )
