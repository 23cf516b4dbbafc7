"""Time as sound goes by, for sessions that listen faster than people talk."""

from datetime import UTC, datetime, timedelta


class SoundClock:
    """Time as the sound goes by (implements `devices.clock.Clock` for a session, which never sleeps)."""

    def __init__(self) -> None:
        """Begin now."""
        self._began = datetime.now(UTC)
        self._heard_s = 0.0

    def advance(self, seconds: float) -> None:
        """Let so much sound go by."""
        self._heard_s += seconds

    def now(self) -> datetime:
        """Wall-clock time, aware UTC, had the sound come as fast as it was made."""
        return self._began + timedelta(seconds=self._heard_s)

    def monotonic(self) -> float:
        """Seconds of sound."""
        return self._heard_s

    async def sleep(self, delay_s: float) -> None:
        """Nobody can wait for sound that is only heard after the wait."""
        raise NotImplementedError(f"a clock of sound cannot wait {delay_s:g} s")
