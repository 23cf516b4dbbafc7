"""Whatever is done to the log behind our back is found, and the first bad row is named."""

import json
import random
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from models.audit import AUDIT
from models.audit_query import AuditLog
from models.audit_verify import verify
from models.audit_writer import AuditWriter
from models.chain import EMPTY, GENESIS, HASHED, Flaw, Head, Verification, digest
from models.database import Database
from tests.models.entries import an_entry, some_entries

ROWS = 60
COLUMNS = (*HASHED, "hash")


class Forger:
    """Someone with write access to the SQLite file, who has removed the triggers."""

    def __init__(self, database: Database) -> None:
        self.raw = sqlite3.connect(str(database.path), isolation_level=None)
        self.raw.execute("PRAGMA synchronous = OFF")
        self.raw.execute("PRAGMA ignore_check_constraints = ON")
        for (name,) in self.raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self.raw.execute(f"DROP TRIGGER {name}")
        self.raw.execute("CREATE TEMP TABLE pristine AS SELECT * FROM audit")
        self.names = [column[0] for column in self.raw.execute("SELECT * FROM audit").description]

    def restore(self) -> None:
        """Undo everything."""
        with self.raw:
            self.raw.execute("BEGIN")
            self.raw.execute("DELETE FROM audit")
            self.raw.execute("INSERT INTO audit SELECT * FROM pristine")

    def row(self, seq: int) -> dict[str, Any]:
        """Return a row by column."""
        found = self.raw.execute("SELECT * FROM audit WHERE seq = ?", [seq])
        return dict(zip((column[0] for column in found.description), found.fetchone(), strict=True))

    def put(self, row: dict[str, Any]) -> None:
        """Write a row over what has its number."""
        marks = ", ".join("?" * len(row))
        values = [row[name] for name in self.names]
        self.raw.execute(f"INSERT OR REPLACE INTO audit VALUES ({marks})", values)  # noqa: S608  (only question marks)

    def put_with_own_hash(self, row: dict[str, Any]) -> dict[str, Any]:
        """Write a row with a hash that fits it."""
        forged = {**row, "hash": digest([row[name] for name in HASHED])}
        self.put(forged)
        return forged


@pytest.fixture
async def filled(sqlite: Database) -> Database:
    """Give a log of some turns."""
    async with AuditWriter(sqlite) as writer:
        await writer.append(*some_entries(ROWS))
    return sqlite


@pytest.fixture
def forger(filled: Database) -> Iterator[Forger]:
    """Give someone who changes `filled`."""
    found = Forger(filled)
    yield found
    found.raw.close()


def edit(forger: Forger, rng: random.Random) -> tuple[int, set[Flaw]]:
    """Change one value of one row."""
    seq = rng.randint(1, ROWS)
    row = forger.row(seq)
    name = rng.choice([column for column in COLUMNS if column != "seq"])
    old = row[name]
    row[name] = old + rng.choice([-1, 1]) if isinstance(old, int) else f"{old or ''}{rng.choice('x 0。')}"
    forger.put(row)
    return seq, {Flaw.EDITED}


def drop_a_value(forger: Forger, rng: random.Random) -> tuple[int, set[Flaw]]:
    """Make one value of one row empty, or NULL where that is allowed."""
    seq = rng.randint(1, ROWS)
    name = rng.choice(["intent", "device", "outcome", "transcript", "new_state"])
    forger.put({**forger.row(seq), name: rng.choice([None, ""])})
    return seq, {Flaw.EDITED}


def remove(forger: Forger, rng: random.Random) -> tuple[int, set[Flaw]]:
    """Delete a run of rows, not at the end."""
    first = rng.randint(1, ROWS - 1)
    last = rng.randint(first, ROWS - 1)
    forger.raw.execute("DELETE FROM audit WHERE seq BETWEEN ? AND ?", [first, last])
    return first, {Flaw.MISSING}


def swap(forger: Forger, rng: random.Random) -> tuple[int, set[Flaw]]:
    """Exchange two rows."""
    low, high = sorted(rng.sample(range(1, ROWS + 1), 2))
    one, other = forger.row(low), forger.row(high)
    forger.put({**one, "seq": high})
    forger.put({**other, "seq": low})
    return low, {Flaw.EDITED}


def squeeze_in(forger: Forger, rng: random.Random) -> tuple[int, set[Flaw]]:
    """Put a row with a hash of its own between two others, and renumber the rest."""
    seq = rng.randint(1, ROWS)
    row = forger.row(seq)
    forger.raw.execute("UPDATE audit SET seq = -seq WHERE seq >= ?", [seq])
    forger.raw.execute("UPDATE audit SET seq = 1 - seq WHERE seq < 0")
    forger.put_with_own_hash({**row, "speaker": "nobody"})
    return seq + 1, {Flaw.EDITED}


def add_in_front(forger: Forger, rng: random.Random) -> tuple[int, set[Flaw]]:
    """Put a row before the first."""
    seq = -rng.randint(0, 3)
    forger.put_with_own_hash({**forger.row(1), "seq": seq})
    return seq, {Flaw.INSERTED}


def add_behind(forger: Forger, rng: random.Random) -> tuple[int, set[Flaw]]:
    """Put a row that follows from nothing behind the last."""
    forger.put_with_own_hash({**forger.row(rng.randint(1, ROWS - 1)), "seq": ROWS + 1})
    return ROWS + 1, {Flaw.NOT_LINKED}


def edit_and_hash(forger: Forger, rng: random.Random) -> tuple[int, set[Flaw]]:
    """Change a row and give it a fitting hash: the break is at the row after it."""
    seq = rng.randint(1, ROWS - 1)
    forger.put_with_own_hash({**forger.row(seq), "speaker": "nobody"})
    return seq + 1, {Flaw.NOT_LINKED}


def truncate(forger: Forger, rng: random.Random) -> tuple[int, set[Flaw]]:
    """Cut the end off."""
    last = rng.randint(0, ROWS - 1)
    forger.raw.execute("DELETE FROM audit WHERE seq > ?", [last])
    return last + 1, {Flaw.TRUNCATED}


def rewrite(forger: Forger, rng: random.Random) -> tuple[int, set[Flaw]]:
    """Change a row and all hashes after it: only the known head tells."""
    seq = rng.randint(1, ROWS)
    row = {**forger.row(seq), "speaker": "nobody"}
    for number in range(seq, ROWS + 1):
        forged = forger.put_with_own_hash(row)
        if number < ROWS:
            row = {**forger.row(number + 1), "prev_hash": forged["hash"]}
    return ROWS, {Flaw.OTHER_HEAD}


WAYS = (
    edit,
    drop_a_value,
    remove,
    swap,
    squeeze_in,
    add_in_front,
    add_behind,
    edit_and_hash,
    truncate,
    rewrite,
)


async def test_two_hundred_random_changes_are_all_found_and_placed(filled: Database, forger: Forger) -> None:
    known_head = await AuditLog(filled).head()
    untouched = await verify(filled, known_head=known_head)
    assert untouched == Verification(rows=ROWS, head=known_head)
    for seed in range(200):
        rng = random.Random(seed)
        way = WAYS[seed % len(WAYS)]
        expected_seq, expected_flaws = way(forger, rng)
        found = await verify(filled, known_head=known_head)
        assert (found.first_bad_seq, found.reason in expected_flaws) == (expected_seq, True), (way, seed, found)
        assert not found.is_intact
        assert found.head.seq == max(expected_seq, 1) - 1
        forger.restore()
    assert (await verify(filled, known_head=known_head)).is_intact


@pytest.mark.parametrize("spoiled", [b"\xff\xfe", 1.5, "\x00"])
async def test_values_we_never_write_count_as_edits(filled: Database, forger: Forger, spoiled: object) -> None:
    forger.raw.execute("UPDATE audit SET speaker = ? WHERE seq = 7", [spoiled])
    found = await verify(filled)
    assert (found.first_bad_seq, found.reason) == (7, Flaw.EDITED)


async def test_text_that_is_not_utf_8_counts_as_an_edit(filled: Database, forger: Forger) -> None:
    forger.raw.execute("UPDATE audit SET speaker = CAST(x'ff' AS TEXT) WHERE seq = 7")
    found = await verify(filled)
    assert (found.first_bad_seq, found.reason) == (7, Flaw.EDITED)


async def test_a_cut_off_end_cannot_be_seen_without_a_known_head(filled: Database, forger: Forger) -> None:
    forger.raw.execute("DELETE FROM audit WHERE seq > 50")
    assert (await verify(filled)).is_intact


async def test_verification_goes_on_from_an_earlier_head(database: Database) -> None:
    async with AuditWriter(database) as writer:
        await writer.append(*some_entries(10))
        earlier = await AuditLog(database).head()
        await writer.append(*some_entries(5))
    found = await verify(database, start=earlier)
    assert (found.is_intact, found.rows, found.head.seq) == (True, 5, 15)
    found = await verify(database, start=Head(seq=10, hash="f" * 64))
    assert (found.first_bad_seq, found.reason) == (11, Flaw.NOT_LINKED)


async def test_an_empty_log_is_intact_unless_it_had_rows(database: Database) -> None:
    assert await verify(database) == Verification(rows=0, head=EMPTY)
    found = await verify(database, known_head=Head(seq=3, hash="f" * 64))
    assert (found.first_bad_seq, found.reason) == (1, Flaw.TRUNCATED)


async def test_a_log_longer_than_a_chunk_is_followed_to_its_end(sqlite: Database) -> None:
    async with AuditWriter(sqlite) as writer:
        for _ in range(6):
            await writer.append(*some_entries(1000))
    found = await verify(sqlite)
    assert (found.is_intact, found.rows) == (True, 6000)
    forger = Forger(sqlite)
    forger.raw.execute("UPDATE audit SET role = 'admin' WHERE seq = 5500")
    forger.raw.close()
    assert (await verify(sqlite)).first_bad_seq == 5500


async def test_the_chain_can_be_verified_as_its_documentation_says(sqlite: Database) -> None:
    awkward = 'Zeile 1\nZeile 2\t"ja\\nein" \x01\x1f\x7f\u2028\U0001f9ca'
    async with AuditWriter(sqlite) as writer:
        await writer.append(an_entry(transcript=awkward, slots={"b": awkward, "a": "1"}, nbest=(awkward,)), an_entry())
    raw = sqlite3.connect(str(sqlite.path))
    raw.row_factory = sqlite3.Row
    previous = "0" * 64
    count = 0
    for count, row in enumerate(raw.execute("SELECT * FROM audit ORDER BY seq"), 1):
        assert row["seq"] == count
        assert row["prev_hash"] == previous
        text = json.dumps([row[name] for name in HASHED], ensure_ascii=False, separators=(",", ":"))
        previous = row["hash"]
        assert sha256(text.encode()).hexdigest() == previous
    raw.close()
    assert count == 2


def test_the_hash_of_a_row_never_changes_from_version_to_version() -> None:
    values = [1, 1, GENESIS, 1795348800123456, "turn-1", "heard", "room-mic", "山田", "operator", "ja", "a\nb\x01/é"]
    values += ["[]", None, "{}", None, None, None, None, None, None, None, '{"k":"v"}']
    assert len(values) == len(HASHED)
    assert digest(values) == "868d99dc2381482c980434b201bd09613ca0e9cb0bc5cdcf0ad00b7bc54d5b1f"


def test_every_column_of_the_table_is_hashed() -> None:
    assert {column.name for column in AUDIT.columns} == {*HASHED, "hash"}
