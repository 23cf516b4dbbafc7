"""A turn's audit rows: gathered as they happen, committed before anything that cannot be taken back."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from app.utterance import Utterance
from devices.clock import Clock
from models.audit import AuditEntry, Step
from models.errors import AuditUnavailableError, SpillError

logger = logging.getLogger(__name__)

STOP_COMMIT_TIMEOUT_S = 0.5
"""How long a stop waits for the log before it goes out with its rows spilled."""


class AuditSink(Protocol):
    """Where rows are committed."""

    async def append(self, *entries: AuditEntry) -> tuple[int, ...]:
        """Commit the entries in order; raises `AuditUnavailableError`."""
        ...

    async def spill(self, entries: Sequence[AuditEntry], path: Path) -> None:
        """Keep the entries in a file, to be taken into the chain later; raises `SpillError`."""
        ...


class TurnRecord:
    """The rows of one turn."""

    def __init__(
        self, *, sink: AuditSink, clock: Clock, turn_id: str, utterance: Utterance, language: str, spill_file: Path
    ) -> None:
        """Start a record; nothing is written before `commit`."""
        self._sink = sink
        self._clock = clock
        self._utterance = utterance
        self._language = language
        self._spill_file = spill_file
        self._open: list[AuditEntry] = []
        self.turn_id = turn_id

    def add(self, step: Step, **columns: object) -> None:
        """Note one step; `columns` are those of `AuditEntry`."""
        self._open.append(
            AuditEntry(
                at=self._clock.now(),
                turn_id=self.turn_id,
                step=step,
                station=self._utterance.station,
                speaker=self._utterance.speaker.name,
                role=self._utterance.speaker.role.value,
                language=self._language,
                **columns,  # type: ignore[arg-type]
            )
        )

    async def commit(self) -> None:
        """Write what is open; raises `AuditUnavailableError` and keeps it open."""
        entries, self._open = tuple(self._open), []
        if not entries:
            return
        try:
            await self._sink.append(*entries)
        except BaseException:
            self._open[:0] = entries
            raise

    async def _spill(self) -> None:
        entries, self._open = tuple(self._open), []
        try:
            await self._sink.spill(entries, self._spill_file)
        except SpillError:
            # Neither the log nor the file takes it: what is left is this process' memory and its journal.
            logger.critical("audit rows could not be kept: %s", entries, exc_info=True)
            self._open[:0] = entries

    async def commit_or_spill(self, timeout_s: float | None = None) -> bool:
        """Write what is open, to the spill file if the log cannot take it in time; whether the log took it."""
        try:
            async with asyncio.timeout(timeout_s):
                await self.commit()
        except (AuditUnavailableError, TimeoutError):
            await self._spill()
            return False
        return True
