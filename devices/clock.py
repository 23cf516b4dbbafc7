"""Time, as the plant side sees it: one Protocol, so that tests can set it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where every deadline, age and wait comes from."""

    def now(self) -> datetime:
        """Wall-clock time, aware UTC: for what is recorded or sent."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back: for waiting and for ages inside this process."""
        ...

    async def sleep(self, delay_s: float) -> None:
        """Wait `delay_s` seconds of this clock."""
        ...
