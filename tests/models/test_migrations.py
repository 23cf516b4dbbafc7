"""The tables that revisions make are those that the models describe."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, inspect

from models import audit, operator, reading
from models.audit_query import AuditLog
from models.database import Database
from models.migrate import Schema, version_table
from models.tables import ReadingsTable, SiteTable

METADATA = {Schema.SITE: SiteTable.metadata, Schema.READINGS: ReadingsTable.metadata}
TABLES = {"audit": audit.AuditRow, "api_key": operator.KeyRow, "reading": reading.ReadingRow}


def test_every_table_belongs_to_one_schema() -> None:
    assert sorted(name for metadata in METADATA.values() for name in metadata.tables) == sorted(TABLES)


@pytest.mark.parametrize("schema", list(Schema))
async def test_migrated_tables_agree_with_the_models(url: str, schema: Schema) -> None:
    async with await Database.open(url, schema) as database:
        with database.sync_connection() as connection:
            options = {"version_table": version_table(schema), "compare_type": True}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, METADATA[schema]) == []
            everything = MetaData()
            everything.reflect(connection)
            checks = {constraint.name for table in everything.tables.values() for constraint in table.constraints}
        for table in METADATA[schema].tables.values():
            assert {constraint.name for constraint in table.constraints} <= {*checks, None}


async def test_processes_that_start_together_make_the_tables_once(url: str) -> None:
    databases = await asyncio.gather(*(Database.open(url) for _ in range(6)))
    for database in databases:
        assert (await AuditLog(database).head()).seq == 0
        await database.close()


async def test_opening_again_changes_nothing(sqlite_url: str) -> None:
    async with await Database.open(sqlite_url) as database, database.connection() as connection:
        before = (await connection.exec_driver_sql("PRAGMA schema_version")).scalar_one()
    async with await Database.open(sqlite_url) as database, database.connection() as connection:
        assert (await connection.exec_driver_sql("PRAGMA schema_version")).scalar_one() == before


def change_half(database: Database) -> None:
    """Begin to change the tables, and fail."""
    with database.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        raise RuntimeError("half way")


async def test_a_revision_that_fails_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError, match="half way"):
        change_half(database)
    with database.sync_connection() as connection:
        assert "half" not in inspect(connection).get_table_names()
