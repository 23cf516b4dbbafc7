"""API keys."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from devices.plant import Role
from models.database import Database
from models.errors import DatabaseError, NoSuchKeyError
from models.operator import TRUSTED_FOR, KeyRing, KeyRole
from tests.models.entries import NOON
from tests.models.unprivileged import unprivileged

assert unprivileged  # a fixture


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    """Give the clock of `ring`."""
    return Watch()


@pytest.fixture
def ring(database: Database, watch: Watch) -> KeyRing:
    """Give the keys of an empty database."""
    return KeyRing(database, watch)


def test_roles_are_named_as_in_the_plant() -> None:
    assert [role.value for role in KeyRole] == [role.value for role in Role]


async def test_a_new_key_lets_its_holder_in(ring: KeyRing) -> None:
    made = await ring.create("山田", "operator", station="tablet")
    assert re.fullmatch(r"wk_[0-9a-f]{10}_[0-9a-f]{64}", made.key)
    holder = await ring.authenticate(made.key)
    assert holder is not None
    assert (holder.key_id, holder.name, holder.role, holder.station) == (
        made.operator.key_id,
        "山田",
        KeyRole.OPERATOR,
        "tablet",
    )
    assert holder.created_at == NOON


async def test_the_secret_is_stored_nowhere_and_shown_once(ring: KeyRing, database: Database) -> None:
    made = await ring.create("yamada", "admin")
    secret = made.key.rpartition("_")[2]
    async with database.connection() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM api_key")).all()
    assert secret not in repr(rows)
    assert secret not in repr(made)
    assert secret not in repr(await ring.list())


async def test_keys_are_all_different(ring: KeyRing) -> None:
    made = [await ring.create("yamada", "technician") for _ in range(5)]
    assert len({new.key for new in made}) == len({new.operator.key_id for new in made}) == 5
    assert [listed.key_id for listed in await ring.list()] == sorted(new.operator.key_id for new in made)


async def test_a_key_that_is_not_exactly_right_is_refused(ring: KeyRing) -> None:
    made = await ring.create("yamada", "admin")
    other = await ring.create("tanaka", "technician")
    _, key_id, secret = made.key.split("_")
    for wrong in (
        "",
        "wk",
        "wk_",
        "wk__",
        f"xx_{key_id}_{secret}",
        f"wk_{key_id}_",
        f"wk_{key_id}_{secret[:-1]}",
        f"wk_{key_id}_{secret}x",
        f"wk_{key_id}_{secret.upper()}_",
        f"wk_{other.operator.key_id}_{secret}",
        f" {made.key}",
    ):
        assert await ring.authenticate(wrong) is None, wrong
    assert await ring.authenticate(made.key) is not None


async def test_hostile_keys_are_refused_without_an_error(ring: KeyRing) -> None:
    key_id = (await ring.create("yamada", "admin")).operator.key_id
    long = "a" * 100_000
    for key in (f"wk_{key_id}_\ud800\x00", "wk_０１２_x", "wk_\ud800_x", "wk_a\x00_x", f"wk_{long}", "wk_' OR 1=1_x"):
        assert await ring.authenticate(key) is None


async def test_a_revoked_key_lets_nobody_in(ring: KeyRing, watch: Watch) -> None:
    made = await ring.create("yamada", "operator")
    watch.now = NOON + timedelta(days=1)
    assert (await ring.revoke(made.operator.key_id)).revoked_at == watch.now
    assert await ring.authenticate(made.key) is None
    watch.now = NOON + timedelta(days=2)
    assert (await ring.revoke(made.operator.key_id)).revoked_at == NOON + timedelta(days=1)


async def test_revoking_an_unknown_key_is_reported(ring: KeyRing) -> None:
    with pytest.raises(NoSuchKeyError, match="nothing"):
        await ring.revoke("nothing")


async def test_a_key_needs_a_name_and_a_known_role(ring: KeyRing) -> None:
    for name, role in (("", "admin"), (" ", "admin"), ("yamada", "root"), ("yamada", "Admin")):
        with pytest.raises(ValueError, match=r"needs the name|is not a valid"):
            await ring.create(name, role)
    assert await ring.list() == ()


async def test_the_last_use_is_known_to_the_minute(ring: KeyRing, watch: Watch) -> None:
    made = await ring.create("yamada", "operator")
    assert (await ring.list())[0].last_used_at is None
    await ring.authenticate(made.key)
    watch.now = NOON + timedelta(seconds=59)
    await ring.authenticate(made.key)
    assert (await ring.list())[0].last_used_at == NOON
    watch.now = NOON + timedelta(seconds=59) + TRUSTED_FOR
    await ring.authenticate(made.key)
    assert (await ring.list())[0].last_used_at == watch.now


async def test_a_revocation_by_another_process_takes_effect_within_seconds(
    ring: KeyRing, watch: Watch, database: Database
) -> None:
    made = await ring.create("yamada", "operator")
    assert await ring.authenticate(made.key) is not None
    await KeyRing(database, watch).revoke(made.operator.key_id)
    watch.now = NOON + TRUSTED_FOR
    assert await ring.authenticate(made.key) is None
    assert timedelta(seconds=5) > TRUSTED_FOR


async def test_a_key_found_right_is_not_looked_up_again_at_once_and_no_other_secret_passes_for_it(
    ring: KeyRing, watch: Watch
) -> None:
    made = await ring.create("yamada", "operator")
    first = await ring.authenticate(made.key)
    watch.now = NOON + TRUSTED_FOR / 2
    assert await ring.authenticate(made.key) is first
    assert await ring.authenticate(made.key[:-1] + ("0" if made.key[-1] != "0" else "1")) is None
    watch.now = NOON - timedelta(hours=1)
    assert await ring.authenticate(made.key) is not None  # a clock that was set back


async def test_a_key_lets_its_holder_in_although_its_use_cannot_be_noted(
    unprivileged: Path, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    path = unprivileged / "wanwan.sqlite"
    async with await Database.open(f"sqlite:///{path}") as database:
        made = await KeyRing(database, watch).create("yamada", "operator")
    path.chmod(0o444)
    async with await Database.open_read_only(f"sqlite:///{path}") as database:
        ring = KeyRing(database, watch)
        assert await ring.authenticate(made.key) is not None
        assert "could not be noted" in caplog.text
        assert await ring.authenticate(made.key + "x") is None


async def test_a_key_lets_its_holder_in_while_another_process_holds_the_write_lock(
    sqlite: Database, watch: Watch
) -> None:
    ring = KeyRing(sqlite, watch)
    made = await ring.create("yamada", "operator")
    with sqlite.transaction():
        assert await ring.authenticate(made.key) is not None


@contextmanager
def away(path: Path) -> Iterator[None]:
    """Put something in the place of a database that is none."""
    aside = path.with_suffix(".aside")
    path.rename(aside)
    path.mkdir()
    try:
        yield
    finally:
        path.rmdir()
        aside.rename(path)


async def test_a_known_key_stays_right_while_the_database_cannot_be_read_and_no_other_does(
    sqlite: Database, watch: Watch
) -> None:
    ring = KeyRing(sqlite, watch)
    made = await ring.create("yamada", "operator")
    other = await ring.create("tanaka", "operator")
    assert await ring.authenticate(made.key) is not None
    await sqlite.engine.dispose()
    assert sqlite.path is not None
    with away(sqlite.path):
        watch.now = NOON + timedelta(hours=1)
        assert await ring.authenticate(made.key) is not None
        with pytest.raises(DatabaseError):
            await ring.authenticate(other.key)
        with pytest.raises(DatabaseError):
            await ring.authenticate(made.key[:-1])
    assert await ring.authenticate(other.key) is not None
