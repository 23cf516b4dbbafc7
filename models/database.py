"""The database: the only place where an engine is made."""

import asyncio
import importlib.util
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from models.errors import DatabaseUnreachableError, DatabaseUrlError
from models.failure import failure_of, may_write
from models.migrate import Schema, require_current, upgrade

BUSY_TIMEOUT_MS = 2000
"""How long a SQLite connection waits for another process's write lock (ours are held for one fsync, about 3 ms)."""

_POSTGRESQL_ARGUMENTS = {
    "connect_timeout": 5,  # seconds
    "tcp_user_timeout": 10_000,  # milliseconds; a server that vanished is noticed
    "application_name": "wanwan",
}


class Database:
    """An open database whose tables are those of this version.

    Reading and small writes go through `engine` (asyncio). `sync_engine` serves threads that do one long thing: the
    audit's single writer, verification, migrations. Its connections are not pooled and belong to whoever opened them.
    """

    def __init__(self, url: URL, schema: Schema, *, is_read_only: bool = False) -> None:
        """Make the engines; connects to nothing. Use `open`."""
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.path = Path(url.database or "").absolute() if self.is_sqlite else None
        """The SQLite file."""
        self.place = str(self.path) if self.path else url.render_as_string(hide_password=True)
        """How messages name it: never with a password."""
        self.schema = schema
        if self.path is not None:
            target = _sqlite_uri(self.path, is_read_only=is_read_only)
            self.engine: AsyncEngine = create_async_engine(target.set(drivername="sqlite+aiosqlite"))
            self.sync_engine: Engine = create_engine(target.set(drivername="sqlite+pysqlite"), poolclass=NullPool)
            pragmas = _sqlite_pragmas(schema, is_read_only=is_read_only)
            _prepare_sqlite(self.engine.sync_engine, pragmas)
            _prepare_sqlite(self.sync_engine, pragmas)
        else:
            target = url.set(drivername="postgresql+psycopg")
            options: dict[str, Any] = {
                "connect_args": {key: value for key, value in _POSTGRESQL_ARGUMENTS.items() if key not in url.query},
                "isolation_level": "READ COMMITTED",  # each statement after the chain's lock must see the newest head
            }
            self.engine = create_async_engine(target, **options)
            self.sync_engine = create_engine(target, poolclass=NullPool, **options)

    @classmethod
    async def open(cls, url: str, schema: Schema = Schema.SITE) -> Self:
        """Open a database for writing; make it or bring its tables up to date where needed.

        `url`: `sqlite:///file`, `sqlite+aiosqlite:///file` or `postgresql://user:password@host/name`. Raises a
        `DatabaseError` of the kind that fits.
        """
        database = cls(parse_url(url), schema)
        try:
            await asyncio.to_thread(database._make_ready)
        except BaseException:
            await database.close()
            raise
        return database

    @classmethod
    async def open_read_only(cls, url: str, schema: Schema = Schema.SITE) -> Self:
        """Open an existing database that must not change, an archived log for instance; raises `DatabaseError`."""
        database = cls(parse_url(url), schema, is_read_only=True)
        if database.path is not None and not database.path.is_file():
            raise DatabaseUnreachableError(f"there is no database {database.place}")
        try:
            await asyncio.to_thread(database._require_ready)
        except BaseException:
            await database.close()
            raise
        return database

    def _make_ready(self) -> None:
        if self.path is not None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o640))
            except OSError as exc:
                raise failure_of(exc, self.place) from exc
        with self.transaction() as connection:
            upgrade(connection, self.schema, self.place)

    def _require_ready(self) -> None:
        with self.sync_connection() as connection:
            require_current(connection, self.schema, self.place)

    async def close(self) -> None:
        """Close every connection of the pool."""
        await self.engine.dispose()
        self.sync_engine.dispose()

    async def __aenter__(self) -> Self:
        """Return this open database."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection for reading; raises `DatabaseError`."""
        try:
            async with self.engine.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as exc:
            raise failure_of(exc, self.place) from exc

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection whose work is committed at the end; raises `DatabaseError`."""
        try:
            async with self.engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as exc:
            raise failure_of(exc, self.place) from exc

    @contextmanager
    def sync_connection(self) -> Iterator[Connection]:
        """Lend a connection for reading to a thread; raises `DatabaseError`."""
        try:
            with self.sync_engine.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as exc:
            raise failure_of(exc, self.place) from exc

    def connect_writer(self) -> Connection:
        """Return a connection for a thread that keeps it and closes it; raises what SQLAlchemy raises."""
        if self.path is not None:
            _let_write_beside(self.path)
        return self.sync_engine.connect()

    def file_identity(self) -> tuple[int, int] | None:
        """Return which file is at `path` now (device, inode); None without one."""
        try:
            status = self.path.stat() if self.path else None
        except FileNotFoundError:
            return None
        return status and (status.st_dev, status.st_ino)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend a connection that holds the write lock to a thread, committed at the end; raises `DatabaseError`."""
        with self.sync_connection() as connection, hold_write_lock(connection):
            yield connection


@contextmanager
def hold_write_lock(connection: Connection) -> Iterator[None]:
    """Run a transaction that is the only writer from its first statement on (SQLite; a plain one on PostgreSQL)."""
    with connection.execution_options(sqlite_begin="IMMEDIATE").begin():
        yield


def parse_url(url: str) -> URL:
    """Return the URL of a database that we know; raises `DatabaseUrlError`."""
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
        backend = parsed.get_backend_name()
    except ArgumentError as exc:
        # the text itself may hold a password
        raise DatabaseUrlError("that is no database URL: use sqlite:///FILE or postgresql://USER@HOST/NAME") from exc
    if backend == "sqlite":
        if parsed.database in {None, "", ":memory:"}:
            raise DatabaseUrlError("an audit log in memory would be lost: use sqlite:///FILE")
        return parsed
    if backend != "postgresql":
        raise DatabaseUrlError(f"{backend} is not supported: use sqlite:///FILE or postgresql://USER@HOST/NAME")
    if importlib.util.find_spec("psycopg") is None:
        raise DatabaseUrlError("PostgreSQL needs its driver: pip install 'wanwan[postgresql]'")
    return parsed


def _sqlite_uri(path: Path, *, is_read_only: bool) -> URL:
    query = {"uri": "true", "mode": "ro" if is_read_only else "rw"}
    if is_read_only and not may_write(path.parent) and not path.with_name(path.name + "-wal").exists():
        query["immutable"] = "1"  # on a read-only medium SQLite cannot make the -shm file it shares with writers
    return URL.create("sqlite", database="file:" + quote(str(path)), query=query)


def _let_write_beside(path: Path) -> None:
    """Give SQLite's -wal and -shm files the mode of the database.

    They take it when they are made; made while the database was read-only, they would keep it so for ever.
    """
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if may_write(path) and beside.exists() and not may_write(beside):
            with suppress(OSError):  # another's file: SQLite will say that it cannot write
                beside.chmod(path.stat().st_mode & 0o777)


def _sqlite_pragmas(schema: Schema, *, is_read_only: bool) -> tuple[str, ...]:
    pragmas = (f"busy_timeout = {BUSY_TIMEOUT_MS}", "foreign_keys = ON")
    if is_read_only:
        return pragmas
    # FULL waits for the disk at each commit; NORMAL may lose the last readings in a power cut, which nobody will miss
    return (*pragmas, "journal_mode = WAL", f"synchronous = {'FULL' if schema is Schema.SITE else 'NORMAL'}")


def _prepare_sqlite(engine: Engine, pragmas: tuple[str, ...]) -> None:
    """Set each connection up, and let us say how a transaction begins."""

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        cursor = connection.cursor()
        try:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
        finally:
            cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'DEFERRED')}")
