r"""The hash chain: what makes a change of the log visible.

How to verify the log without this program
------------------------------------------
Take the rows of the table `audit` by rising `seq`. For each row make a JSON array of the columns in `HASHED`, in that
order: `[format, seq, prev_hash, at_us, turn_id, step, … , reason, detail]`. `format` (1), `seq` and `at_us`
(microseconds since 1970-01-01T00:00:00Z) are numbers, a missing value is `null`, every other column is a string,
exactly as stored; `nbest`, `slots` and `detail` are such strings too (they hold JSON; do not parse them). Serialize as
RFC 8785 does: no space between tokens; in strings only `"`, `\` and U+0000–U+001F are escaped, as `\"`, `\\`, `\b`,
`\t`, `\n`, `\f`, `\r`, else `\u00xx` with lower-case digits; encode as UTF-8. Then

1. the lower-case hexadecimal SHA-256 of these bytes is the row's `hash`;
2. its `prev_hash` is the `hash` of the row before; that of row 1 is `GENESIS`, 64 zeros;
3. `seq` rises by 1 from row to row.

A chain shows any change to someone who knows a later hash. Against someone who can rewrite the whole file only a head
(`seq`, `hash`) that was kept elsewhere helps: pass it to `verify` as `known_head`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from models.audit_columns import Columns

FORMAT = 1
"""Version of the serialization; a change of `HASHED` or of the rules above takes a new number."""

GENESIS = "0" * 64
"""`prev_hash` of row 1."""

HASHED = (
    "format",
    "seq",
    "prev_hash",
    "at_us",
    "turn_id",
    "step",
    "station",
    "speaker",
    "role",
    "language",
    "transcript",
    "nbest",
    "intent",
    "slots",
    "device",
    "action",
    "command_id",
    "old_state",
    "new_state",
    "outcome",
    "reason",
    "detail",
)
"""The columns that the hash covers: all but `hash` itself."""

_ENTRY_COLUMNS = HASHED[3:]
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A row that the chain was known to reach."""

    seq: int
    """0 for an empty log."""
    hash: str


EMPTY = Head(seq=0, hash=GENESIS)
"""The head of a log without rows."""


class Flaw(StrEnum):
    """What is wrong with a chain at its first bad row."""

    EDITED = "edited"
    """The row's content is not what its hash was made of."""
    MISSING = "missing"
    """No row has this number, though later ones exist."""
    INSERTED = "inserted"
    """A row stands before the first one."""
    NOT_LINKED = "not_linked"
    """The row does not name the hash of the row before it: one of the two was replaced."""
    TRUNCATED = "truncated"
    """The log ends before a row that it is known to have had."""
    OTHER_HEAD = "other_head"
    """The row has another hash than it is known to have had: the chain was rewritten, here or earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found when the chain was followed."""

    rows: int
    """How many good rows were seen."""
    head: Head
    """The last good row."""
    first_bad_seq: int | None = None
    """The first row at which the chain breaks, None when it is whole."""
    reason: Flaw | None = None

    @property
    def is_intact(self) -> bool:
        """Whether no flaw was found."""
        return self.reason is None


def digest(values: Sequence[Any]) -> str:
    """Return the hash of a row from its values in the order of `HASHED`."""
    return sha256(_to_json(list(values)).encode()).hexdigest()


def link(columns: Columns, head: Head) -> tuple[Columns, Head]:
    """Return a row that continues the chain after `head`, and the new head."""
    seq = head.seq + 1
    values = [FORMAT, seq, head.hash, *map(columns.__getitem__, _ENTRY_COLUMNS)]
    own_hash = digest(values)
    row: Columns = {**columns, "format": FORMAT, "seq": seq, "prev_hash": head.hash, "hash": own_hash}
    return row, Head(seq=seq, hash=own_hash)


def follow(rows: Iterable[Sequence[Any]], start: Head, known_head: Head | None = None) -> Verification:
    """Check rows that come after `start`, each with the values of `HASHED` and then its hash, by rising seq.

    Stops at the first flaw. Whether the log is shorter than `known_head` is for the caller to see from `head`.
    """
    seq, last_hash = start.seq, start.hash
    count = 0
    known_seq = known_head.seq if known_head else None
    flaw: Flaw | None = None
    for row in rows:
        found_seq, prev_hash, own_hash = row[1], row[2], row[-1]
        bad_seq = seq + 1
        if found_seq != bad_seq:
            flaw = Flaw.MISSING if found_seq > bad_seq else Flaw.INSERTED
            bad_seq = min(bad_seq, found_seq)
        elif not _has_hash(row, own_hash):
            flaw = Flaw.EDITED
        elif prev_hash != last_hash:
            flaw = Flaw.NOT_LINKED
        elif found_seq == known_seq and known_head is not None and own_hash != known_head.hash:
            flaw = Flaw.OTHER_HEAD
        if flaw is not None:
            return Verification(rows=count, head=Head(seq=seq, hash=last_hash), first_bad_seq=bad_seq, reason=flaw)
        seq, last_hash = found_seq, own_hash
        count += 1
    return Verification(rows=count, head=Head(seq=seq, hash=last_hash))


def _has_hash(row: Sequence[Any], own_hash: object) -> bool:
    try:
        return digest(row[:-1]) == own_hash
    except (TypeError, ValueError):
        return False  # a blob or text that is not UTF-8: nothing that we ever write
