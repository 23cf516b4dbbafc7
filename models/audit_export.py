"""The audit log as files for people and programs: CSV and JSON Lines."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator

from sqlalchemy import RowMapping

from models.audit_query import EVERYTHING, AuditFilter, AuditLog
from models.chain import HASHED
from models.moment import to_text

COLUMNS = ("seq", "at", *HASHED[4:], "format", "prev_hash", "hash")
"""The columns of an export, in their order; `at` is ISO 8601 UTC with six decimals."""

BYTE_ORDER_MARK = "\ufeff"

_STARTS_A_FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠\t\r]")
_NOT_FOR_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


async def export_csv(log: AuditLog, wanted: AuditFilter = EVERYTHING, *, with_bom: bool = False) -> AsyncIterator[str]:
    r"""Yield RFC 4180 text with a header, oldest row first, a thousand rows at a time.

    For people and spreadsheets, so two things differ from what is stored: a cell that a spreadsheet would take for a
    formula gets an apostrophe in front, and control characters, line and paragraph separators and marks that turn the
    reading direction are written as `\n`, `\u001b`, …, so that each row is one line and no text can pass for another
    row. The exact text is in `export_json_lines`. `with_bom`: begin with a byte order mark, which Excel needs to
    recognise UTF-8.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BYTE_ORDER_MARK if with_bom else "")
    writer.writerow(COLUMNS)
    async for rows in log.chunks(wanted):
        writer.writerows(
            [_cell(row[name]) if name != "at" else to_text(row["at_us"]) for name in COLUMNS] for row in rows
        )
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    if rest := buffer.getvalue():  # no row at all: the header alone
        yield rest


async def export_json_lines(log: AuditLog, wanted: AuditFilter = EVERYTHING) -> AsyncIterator[str]:
    """Yield one JSON object per row and line, oldest first, a thousand at a time; complete and exact.

    `nbest` is an array, `slots` and `detail` are objects. `models.chain` says how to verify the hashes: `at_us` follows
    from `at`, and the stored text of the three is their compact serialization with keys sorted.
    """
    async for rows in log.chunks(wanted):
        yield "".join(_line(row) for row in rows)


def _line(row: RowMapping) -> str:
    values = {name: row[name] if name != "at" else to_text(row["at_us"]) for name in COLUMNS}
    for name in ("nbest", "slots", "detail"):
        values[name] = json.loads(row[name])
    # U+2028 and U+2029 are legal in JSON, but some tools take them for line ends
    return _to_json(values).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


def _cell(value: str | int | None) -> str | int:
    if not isinstance(value, str):
        return "" if value is None else value
    is_formula = _STARTS_A_FORMULA.match(value) is not None
    value = _NOT_FOR_A_LINE.sub(_escape, value)
    return "'" + value if is_formula else value


def _escape(match: re.Match[str]) -> str:
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(match[0], f"\\u{ord(match[0]):04x}")
