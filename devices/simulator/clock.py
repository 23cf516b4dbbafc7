"""The simulator's time: the machine's clock, and a device's own clock, which may be wrong."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from devices.clock import Clock

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class MachineClock:
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


class DeviceClock:
    """The clock inside a device: strictly increasing, and perhaps wrong."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = _LONG_AGO
        self._skew = timedelta()

    def set_wrong(self, skew_s: float) -> None:
        """Put the clock `skew_s` seconds ahead of the real one."""
        self._skew, self._last = timedelta(seconds=skew_s), _LONG_AGO

    def now(self) -> datetime:
        """Return the device's time."""
        return self._clock.now() + self._skew

    def stamp(self) -> datetime:
        """Return the device's time, later than every earlier stamp even when the machine's clock is set back."""
        self._last = max(self.now(), self._last + timedelta(microseconds=1))
        return self._last

    def monotonic(self) -> float:
        """Seconds that never go back, whatever the wall clock says."""
        return self._clock.monotonic()
