"""Bringing a database's tables up to date, from the revisions in `migrations/`."""

from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from models.errors import ForeignDatabaseError, NewerSchemaError, OlderSchemaError

_FOLDER = Path(__file__).parent / "migrations"
_LOCK_ID = 0x77616E77616E01  # "wanwan", 1: any number no other program locks


class Schema(StrEnum):
    """The two sets of tables. On SQLite each has a file of its own, as a file has one writer at a time."""

    SITE = "site"
    """Kept for years: the audit log, API keys."""
    READINGS = "readings"
    """Kept for weeks: measured values."""


def version_table(schema: Schema) -> str:
    """Return the name of the table that says which revision a database is at."""
    return f"alembic_version_{schema}"


def config_of(connection: Connection, schema: Schema) -> Config:
    """Return Alembic's configuration for `schema` on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("version_locations", str(_FOLDER / schema).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    config.attributes["version_table"] = version_table(schema)
    return config


def is_current(connection: Connection, schema: Schema, place: str) -> bool:
    """Return whether the tables are those of this version; raises `NewerSchemaError`, `ForeignDatabaseError`."""
    scripts = ScriptDirectory.from_config(config_of(connection, schema))
    context = MigrationContext.configure(connection, opts={"version_table": version_table(schema)})
    revision = context.get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if revision is None:
        tables = inspect(connection).get_table_names()
        if connection.dialect.name == "sqlite" and tables:
            raise ForeignDatabaseError(
                f"{place} belongs to another program (it has a table {min(tables)!r}): name another file"
            )
        return False
    if revision not in known:
        raise NewerSchemaError(
            f"{place} was written by a newer version (its revision {revision} is unknown here): "
            "use that version, or a database of your own"
        )
    return revision == scripts.get_current_head()


def upgrade(connection: Connection, schema: Schema, place: str) -> None:
    """Make or change the tables inside the caller's transaction, which must hold SQLite's write lock.

    On PostgreSQL an advisory lock keeps replicas that start together from doing it twice.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _LOCK_ID})
    if not is_current(connection, schema, place):
        command.upgrade(config_of(connection, schema), "head")


def require_current(connection: Connection, schema: Schema, place: str) -> None:
    """Raise `OlderSchemaError` (or what `is_current` raises) unless the tables are those of this version."""
    if not is_current(connection, schema, place):
        raise OlderSchemaError(f"{place} is of an older version: open it once for writing, or start the service on it")
