"""API keys: who may speak over HTTP, as whom, and from where."""

import asyncio
import hmac
import logging
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, ClassVar, Final, TypeVar

from sqlalchemy import BigInteger, CheckConstraint, RowMapping, Table, insert, select, update
from sqlmodel import Field

from models.database import Database
from models.errors import DatabaseError, NoSuchKeyError
from models.moment import from_microseconds, to_microseconds
from models.tables import SiteTable

logger = logging.getLogger(__name__)

T = TypeVar("T")

TRUSTED_FOR = timedelta(seconds=3)
"""How long a key that was found right is not looked up again: a revocation elsewhere takes effect within it."""
PATIENCE_S = 0.5
"""How long someone with a known key waits for the database: it may be a stop that comes in with it."""

_PREFIX = "wk"
_SECRET_BYTES = 32
_USE_NOTED_EVERY = timedelta(minutes=1)
"""`last_used_at` is exact to a minute: writing it at each request would cost a commit of its own."""


class KeyRole(StrEnum):
    """What a key's holder may do, least first; the names of `devices.plant.Role`."""

    TECHNICIAN = "technician"
    OPERATOR = "operator"
    ADMIN = "admin"


class KeyRow(SiteTable, table=True):
    """The table `api_key`."""

    __tablename__: ClassVar[str] = "api_key"
    __table_args__: ClassVar[tuple[object, ...]] = (
        CheckConstraint("role IN ('technician', 'operator', 'admin')", name="api_key_role"),
    )

    key_id: str = Field(primary_key=True)
    secret_hash: str
    """SHA-256 of the secret. A slow, salted hash is for passwords, which people choose and others guess; 256 random
    bits cannot be guessed, and the check runs at each request."""
    name: str
    role: str
    station: str | None = None
    created_at_us: int = Field(sa_type=BigInteger)
    revoked_at_us: int | None = Field(default=None, sa_type=BigInteger)
    last_used_at_us: int | None = Field(default=None, sa_type=BigInteger)


_KEYS: Final[Table] = SiteTable.metadata.tables["api_key"]
_c = _KEYS.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """The holder of a key."""

    key_id: str
    """Public part of the key: names it in lists and logs."""
    name: str
    """The speaker in audit rows."""
    role: KeyRole
    station: str | None
    """The only station the key may speak from; None for any."""
    created_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    """Exact to a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made."""

    key: str
    """`wk_ID_SECRET`. Shown this once: what is stored does not lead back to it."""
    operator: Operator

    def __repr__(self) -> str:
        """Leave the secret out of logs and traces."""
        return f"NewKey(key='{_PREFIX}_{self.operator.key_id}_…', operator={self.operator!r})"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class KeyRing:
    """The keys of a site. Every method may raise `DatabaseError`."""

    def __init__(self, database: Database, now: Callable[[], datetime] = _utc_now) -> None:
        """Keep keys in `database`; `now` gives aware UTC."""
        self._database = database
        self._now = now
        self._known: dict[str, tuple[Operator, datetime]] = {}
        """By hash of the whole key: who holds it, and when the database last said so. Only right keys get in."""
        self._under_way: set[asyncio.Task[Any]] = set()

    async def create(self, name: str, role: str, station: str | None = None) -> NewKey:
        """Make a key; raises `ValueError` for an empty name or an unknown role."""
        if not name.strip():
            raise ValueError("a key needs the name of the person or program that will use it")
        operator = Operator(
            key_id=secrets.token_hex(5), name=name, role=KeyRole(role), station=station, created_at=self._now()
        )
        secret = secrets.token_hex(_SECRET_BYTES)
        async with self._database.writing() as connection:
            await connection.execute(
                insert(_KEYS).values(
                    key_id=operator.key_id,
                    secret_hash=_hash_of(secret),
                    name=operator.name,
                    role=operator.role.value,
                    station=operator.station,
                    created_at_us=to_microseconds(operator.created_at),
                )
            )
        return NewKey(key=f"{_PREFIX}_{operator.key_id}_{secret}", operator=operator)

    async def list(self) -> tuple[Operator, ...]:
        """Return all keys, revoked ones too, oldest first."""
        async with self._database.connection() as connection:
            rows = await connection.execute(select(_KEYS).order_by(_c.created_at_us, _c.key_id))
            return tuple(_operator_of(row) for row in rows.mappings())

    async def revoke(self, key_id: str) -> Operator:
        """Make a key useless from now on, for every process on this database; a second time changes nothing.

        Raises `NoSuchKeyError`.
        """
        self._known = {digest: known for digest, known in self._known.items() if known[0].key_id != key_id}
        async with self._database.writing() as connection:
            await connection.execute(
                update(_KEYS)
                .where(_c.key_id == key_id, _c.revoked_at_us.is_(None))
                .values(revoked_at_us=to_microseconds(self._now()))
            )
            row = (await connection.execute(select(_KEYS).where(_c.key_id == key_id))).mappings().first()
        if row is None:
            raise NoSuchKeyError(f"there is no key {key_id!r}: `wanwan keys list` shows them")
        return _operator_of(row)

    async def authenticate(self, key: str) -> Operator | None:
        """Return who holds `key`; None if it is malformed, unknown, wrong or revoked (callers must not tell which).

        A key that this process has found right before stays right while the database does not answer: a stop must come
        in then too, and nothing else can be done without an audit row.
        """
        prefix, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != _PREFIX or not key_id.isalnum() or not key_id.isascii():
            return None
        digest, now = _hash_of(key), self._now()
        known = self._known.get(digest)
        if known is None:
            row = await self._row(key_id)
        elif timedelta(0) <= now - known[1] < TRUSTED_FOR:
            return known[0]
        else:
            try:
                row = await self._within_patience(self._row(key_id))
            except (DatabaseError, TimeoutError) as exc:
                logger.warning("key %s is taken as it was known: %s", key_id, exc or "the database takes too long")
                return known[0]
        stored = row["secret_hash"] if row is not None else ""
        # in constant time; the hash of a text without surrogates cannot fail
        is_right = hmac.compare_digest(_hash_of(secret), stored)
        if row is None or not is_right or row["revoked_at_us"] is not None:
            self._known.pop(digest, None)
            return None
        operator = _operator_of(row)
        self._known[digest] = (operator, now)
        await self._note_use(operator, now)
        return operator

    async def _row(self, key_id: str) -> RowMapping | None:
        async with self._database.connection() as connection:
            return (await connection.execute(select(_KEYS).where(_c.key_id == key_id))).mappings().first()

    async def _note_use(self, operator: Operator, now: datetime) -> None:
        """Note the use as well as it goes: with a database that cannot be written, a key is no less right."""
        if operator.last_used_at is not None and now - operator.last_used_at < _USE_NOTED_EVERY:
            return
        try:
            await self._within_patience(self._write_use(operator.key_id, to_microseconds(now)))
        except (DatabaseError, TimeoutError) as exc:
            logger.warning("the use of key %s could not be noted: %s", operator.key_id, exc or "it takes too long")

    async def _write_use(self, key_id: str, at_us: int) -> None:
        async with self._database.writing() as connection:
            await connection.execute(update(_KEYS).where(_c.key_id == key_id).values(last_used_at_us=at_us))

    async def _within_patience(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` does; raises `TimeoutError` where it takes longer than `PATIENCE_S`, and lets it end."""
        task = asyncio.create_task(work, name="key ring")
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
        if not done:
            raise TimeoutError
        return task.result()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits gets it; of one given up, it was told


def _hash_of(secret: str) -> str:
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _operator_of(row: RowMapping) -> Operator:
    return Operator(
        key_id=row["key_id"],
        name=row["name"],
        role=KeyRole(row["role"]),
        station=row["station"],
        created_at=from_microseconds(row["created_at_us"]),
        revoked_at=None if row["revoked_at_us"] is None else from_microseconds(row["revoked_at_us"]),
        last_used_at=None if row["last_used_at_us"] is None else from_microseconds(row["last_used_at_us"]),
    )
