"""Databases, new for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from models.audit_query import AuditLog
from models.audit_writer import AuditWriter
from models.database import Database
from tests.models.postgresql import NoServerError, running_server
from tests.mosquitto import missing

NAME = "wanwan"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Give the URL of a running PostgreSQL server."""
    try:
        with running_server() as url:
            _run(url, f"CREATE DATABASE {NAME}")
            yield url
    except NoServerError as exc:
        missing(str(exc))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Give the URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'wanwan.sqlite'}"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """Give the URL of an empty PostgreSQL database (always the same one: a new one is 8 MB of files)."""
    _run(
        postgresql_server,
        f"ALTER DATABASE {NAME} RESET ALL",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{NAME}'",  # noqa: S608  (our own name)
    )
    url = postgresql_server.replace("/postgres?", f"/{NAME}?")
    _run(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return url


def _run(url: str, *statements: str) -> None:
    engine = create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty database, of each kind in turn."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Give an open database, of each kind in turn."""
    async with await Database.open(url) as opened:
        yield opened


@pytest.fixture
async def writer(database: Database) -> AsyncIterator[AuditWriter]:
    """Give the writer of `database`."""
    async with AuditWriter(database) as started:
        yield started


@pytest.fixture
def log(database: Database) -> AuditLog:
    """Give the questions one can ask of `database`."""
    return AuditLog(database)


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    """Give an open SQLite database, for what concerns files only."""
    async with await Database.open(sqlite_url) as opened:
        yield opened
