"""The one writer of the audit log: many callers, one commit.

A lone row is committed at once. While a commit waits for the disk, what arrives queues up and goes into the next one,
so throughput grows with the number of callers and nobody waits for a timer. Each commit runs in the writer's own thread
on plain SQLAlchemy: through aiosqlite the same work needs a dozen hops between threads.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from models.audit import AUDIT, AuditEntry
from models.audit_columns import Columns, columns_of
from models.chain import EMPTY, Head, link
from models.database import Database, hold_write_lock
from models.errors import AuditUnavailableError, DatabaseError, DatabaseReadOnlyError
from models.failure import failure_of
from models.spill import keep_in_file, next_spilled_file, not_yet_recorded

MAX_ROWS_PER_COMMIT = 2000
"""Bounds how long one commit holds the write lock: about 0.1 s."""

_CHAIN_LOCK_ID = 0x77616E77616E02
"""PostgreSQL advisory lock held while the chain grows, so that replicas share one chain."""

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Request:
    """One call of `append`, waiting."""

    rows: list[Columns]
    seqs: asyncio.Future[tuple[int, ...]]
    is_from_spill: bool = False


class AuditWriter:
    """Appends to the chain; one per process and database. Use it as an async context manager."""

    def __init__(self, database: Database) -> None:
        """Write to `database`, which stays the caller's to close (after this writer)."""
        self._database = database
        self._waiting: list[_Request] = []
        self._has_work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="audit-writer")
        self._connection: Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._is_closed = False
        self._spill_lock = asyncio.Lock()  # held for file operations only: a stop must never wait for the database
        self._taking_lock = asyncio.Lock()
        self.failure: DatabaseError | None = None
        """Why the last commit failed; None after one that succeeded."""

    async def __aenter__(self) -> Self:
        """Start the writer's task."""
        self._task = asyncio.create_task(self._run(), name="audit-writer")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def close(self) -> None:
        """Commit what is queued, then stop; later calls of `append` raise."""
        self._is_closed = True
        self._has_work.set()
        task, self._task = self._task, None
        if task is None:
            return
        try:
            await task
        finally:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._drop_connection)
            await asyncio.to_thread(self._thread.shutdown)

    async def append(self, *entries: AuditEntry) -> tuple[int, ...]:
        """Commit the entries, all or none, in their order and next to each other; return their sequence numbers.

        Raises `AuditUnavailableError` when the log cannot be written now (the next call tries anew), `ValueError` for
        an entry whose time has no zone. A caller cancelled while its rows are queued leaves no row; cancelled later,
        its rows are committed.
        """
        return await self._submit([columns_of(entry) for entry in entries], is_from_spill=False)

    async def spill(self, entries: Sequence[AuditEntry], path: Path) -> None:
        """Keep the entries of a stop in the file `path`, on disk when this returns; raises `SpillError`.

        Works while the database does not, and after `close`.
        """
        async with self._spill_lock:
            await asyncio.to_thread(keep_in_file, [columns_of(entry) for entry in entries], path)

    async def take_in_spill(self, path: Path) -> tuple[int, ...]:
        """Append the rows that `spill` kept in `path`, then remove the file; return their sequence numbers.

        Their detail says `"spilled": "true"`; `at` stays the time of the event. A row that is in the log already, from
        a take-in that was cut short or from a commit that its caller had given up waiting for, is not added again.
        Raises `AuditUnavailableError` and `SpillError`; `path` then exists again, and is to be offered later.
        """
        seqs: tuple[int, ...] = ()
        async with self._taking_lock:
            while True:
                async with self._spill_lock:
                    file = await asyncio.to_thread(next_spilled_file, path)
                if file is None:
                    return seqs
                try:
                    seqs += await self._submit(await asyncio.to_thread(file.rows), is_from_spill=True)
                except AuditUnavailableError:
                    async with self._spill_lock:
                        await asyncio.to_thread(file.put_back, path)
                    raise
                await asyncio.to_thread(file.remove, path)

    async def _submit(self, rows: list[Columns], *, is_from_spill: bool) -> tuple[int, ...]:
        if self._is_closed or self._task is None:
            raise AuditUnavailableError("the audit log is closed")
        if not rows:
            return ()
        request = _Request(rows, asyncio.get_running_loop().create_future(), is_from_spill)
        self._waiting.append(request)
        self._has_work.set()
        return await request.seqs

    async def _run(self) -> None:
        batch: list[_Request] = []
        try:
            while not (self._is_closed and not self._waiting):
                await self._has_work.wait()
                batch = self._take_batch()
                if batch:
                    await self._settle(batch)
                elif not self._is_closed:
                    self._has_work.clear()
        except BaseException as exc:
            # nobody may wait for ever for a writer that has ended
            self._is_closed = True
            self._refuse([*batch, *self._waiting], DatabaseError(f"the writer ended: {exc!r}"))
            raise

    async def _settle(self, batch: Sequence[_Request]) -> None:
        try:
            answers = await self._commit_in_thread(batch)
        except DatabaseError as exc:
            self._refuse(batch, exc)
            return
        if self.failure is not None:
            _log.warning("audit log available again")
            self.failure = None
        for request, seqs in zip(batch, answers, strict=True):
            if not request.seqs.done():
                request.seqs.set_result(seqs)

    async def _commit_in_thread(self, batch: Sequence[_Request]) -> list[tuple[int, ...]]:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._commit, batch)
        except DatabaseReadOnlyError:
            # perhaps no longer: SQLite shares a -shm once opened read-only among all connections of a process, so those
            # for reading must go before one can write again
            await self._database.engine.dispose()
            return await loop.run_in_executor(self._thread, self._commit, batch)

    def _take_batch(self) -> list[_Request]:
        """Take what is queued, in order, as far as it fits; leave out those whose callers have gone."""
        batch: list[_Request] = []
        rows = 0
        taken = 0
        for request in self._waiting:
            if batch and rows + len(request.rows) > MAX_ROWS_PER_COMMIT:
                break
            taken += 1
            if not request.seqs.done():
                batch.append(request)
                rows += len(request.rows)
        del self._waiting[:taken]
        return batch

    def _refuse(self, batch: Sequence[_Request], failure: DatabaseError) -> None:
        if self.failure is None or type(self.failure) is not type(failure):
            _log.error("audit log unavailable: %s", failure)
        self.failure = failure
        for request in batch:
            if not request.seqs.done():
                refusal = AuditUnavailableError(f"the audit log cannot be written: {failure}")
                refusal.__cause__ = failure
                request.seqs.set_exception(refusal)

    # What follows runs in the writer's thread.

    def _commit(self, batch: Sequence[_Request]) -> list[tuple[int, ...]]:
        try:
            connection = self._connected()
            with hold_write_lock(connection):
                return self._extend(connection, batch)
        except (SQLAlchemyError, OSError) as exc:
            # a connection that was opened read-only, or was cut, never recovers: the next commit takes a new one
            self._drop_connection()
            raise failure_of(exc, self._database.place) from exc
        except BaseException:
            self._drop_connection()
            raise

    def _extend(self, connection: Connection, batch: Sequence[_Request]) -> list[tuple[int, ...]]:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _CHAIN_LOCK_ID})
        # read each time: another process (a replica, the command line) may have written since
        head = read_head(connection)
        linked: list[Columns] = []
        answers: list[tuple[int, ...]] = []
        for request in batch:
            rows = not_yet_recorded(connection, request.rows) if request.is_from_spill else request.rows
            first = head.seq + 1
            for row in rows:
                columns, head = link(row, head)
                linked.append(columns)
            answers.append(tuple(range(first, head.seq + 1)))
        if linked:
            connection.execute(insert(AUDIT), linked)
        return answers

    def _connected(self) -> Connection:
        identity = self._database.file_identity()
        if self._connection is not None and identity != self._identity:
            # the file was deleted or replaced: SQLite would go on writing into the one that nobody sees
            self._drop_connection()
        if self._connection is None:
            self._connection = self._database.connect_writer()
            self._identity = identity
        return self._connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except (SQLAlchemyError, OSError) as exc:
                _log.debug("closing a broken connection: %s", exc)


def read_head(connection: Connection) -> Head:
    """Return the last row of the chain."""
    row = connection.execute(select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)).first()
    return EMPTY if row is None else Head(seq=row.seq, hash=row.hash)
