"""Runs revisions on the connection that `models.migrate` hands over; its transaction is the caller's."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    version_table=context.config.attributes["version_table"],
    transactional_ddl=True,  # SQLite can, once the driver leaves BEGIN to us: a revision happens whole or not at all
)

with context.begin_transaction():
    context.run_migrations()
