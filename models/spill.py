"""Audit rows that wait in a file, because a stop went out while the database could not be written.

The file is JSON Lines, a row's columns on each line. `PATH` takes new rows; `PATH.taking` is one that is being taken
into the chain; `PATH.damaged` collects lines that are no rows (cut short by a crash, so never acknowledged, or
spoiled).
"""

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from models.audit import AUDIT
from models.audit_columns import Columns, columns_of, entry_of, marked
from models.errors import SpillError

_log = logging.getLogger(__name__)


def keep_in_file(rows: Sequence[Columns], path: Path) -> None:
    """Add rows to the file, on disk when this returns; raises `SpillError`."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    try:
        is_new = not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            if file.tell() and not _ends_a_line(path):
                file.write(b"\n")  # after a crash in the middle of a line
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _sync_folder(path.parent)
    except OSError as exc:
        raise SpillError(f"{len(rows)} audit rows could not be kept in {path}: {exc.strerror or exc}") from exc


@dataclass(frozen=True, slots=True)
class SpilledFile:
    """A spill file that takes no more rows."""

    path: Path

    def rows(self) -> list[Columns]:
        """Return its rows, marked as spilled; raises `SpillError`."""
        found = (_row_of(line) for line in self._lines())
        return [marked(row, spilled="true") for row in found if row is not None]

    def put_back(self, path: Path) -> None:
        """Give the file its old name again, so that `path` shows that rows wait, unless there are new ones anyway."""
        try:
            if not path.exists():
                self.path.rename(path)
        except OSError as exc:
            raise SpillError(f"{self.path} cannot be renamed to {path}: {exc.strerror or exc}") from exc

    def remove(self, path: Path) -> None:
        """Remove the file once its rows are committed, lines that are none put aside beside `path`.

        Raises `SpillError`.
        """
        damaged = [line for line in self._lines() if _row_of(line) is None]
        try:
            if damaged:
                aside = path.with_name(path.name + ".damaged")
                with aside.open("a", encoding="utf-8") as file:
                    file.writelines(line + "\n" for line in damaged)
                _log.warning("%d spilled lines are damaged and were put aside in %s", len(damaged), aside)
            self.path.unlink()
            _sync_folder(self.path.parent)
        except OSError as exc:
            raise SpillError(f"{self.path} was taken in but cannot be removed: {exc.strerror or exc}") from exc

    def _lines(self) -> list[str]:
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except OSError as exc:
            raise SpillError(f"the spilled audit rows in {self.path} cannot be read: {exc.strerror or exc}") from exc
        # not splitlines: U+2028 stands in text as it is
        return [line for line in text.split("\n") if line]


def next_spilled_file(path: Path) -> SpilledFile | None:
    """Return the oldest file to take in: one left over from a take-in that was cut short, else `path` itself.

    `path` is set aside first, so that rows spilled meanwhile go into a new file. Raises `SpillError`.
    """
    taking = path.with_name(path.name + ".taking")
    try:
        if not taking.exists():
            if not path.exists():
                return None
            path.rename(taking)
            _sync_folder(path.parent)
    except OSError as exc:
        raise SpillError(f"the spilled audit rows in {path} cannot be taken in: {exc.strerror or exc}") from exc
    return SpilledFile(taking)


def not_yet_recorded(connection: Connection, rows: Sequence[Columns]) -> list[Columns]:
    """Return the spilled rows that the log does not have yet, comparing everything but the mark."""
    new: list[Columns] = []
    for row in rows:
        same_moment = connection.execute(
            select(AUDIT).where(AUDIT.c.at_us == row["at_us"], AUDIT.c.turn_id == row["turn_id"])
        ).mappings()
        if not any(marked(columns_of(entry_of(old)), spilled="true") == row for old in same_moment):
            new.append(row)
    return new


def _row_of(line: str) -> Columns | None:
    """Return the row a line holds, None if it holds none."""
    try:
        return columns_of(entry_of(json.loads(line)))
    except (ValueError, TypeError, KeyError, OverflowError):
        return None


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
