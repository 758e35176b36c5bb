"""Alembic's environment: the engine comes from `core.migrate`, the tables from the models."""

from alembic import context

import teams.models  # noqa: F401  # the imports fill the metadata
from core.db import Base

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
