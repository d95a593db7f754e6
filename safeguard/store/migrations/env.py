"""Runs migrations on the connection that schema.upgrade() hands over."""

from alembic import context

from safeguard.store.tables.every import EVERY_TABLE

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=EVERY_TABLE,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
