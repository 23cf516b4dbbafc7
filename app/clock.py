"""The clock of the running service."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's own clock (implements `devices.clock.Clock`)."""

    def now(self) -> datetime:
        """Wall-clock time, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def sleep(self, delay_s: float) -> None:
        """Wait without holding up anything else."""
        await asyncio.sleep(delay_s)
