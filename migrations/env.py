"""Alembic's environment: the engine comes from `core.migrate`, the tables from the models."""

from alembic import context

import accounts.models
import certificates.models
import core.audit
import editor.models
import exams.models
import learning.models
import question_bank.models
import teams.models
from core.db import Base

# Importing them fills the metadata.
MODELS = (core.audit, accounts, teams, learning, question_bank, editor, exams, certificates)

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        # The index of the full-text search is of another kind in each database, and in no model.
        include_name=lambda name, kind, _: kind != "table" or "_search" not in name,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
