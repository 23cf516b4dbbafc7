"""Half duplex: while a station speaks, and a moment longer, its microphone is not listened to."""

from devices.clock import Clock

TAIL_S = 0.3
"""Echo, and sound that is still on its way through the client, after the end was reported."""
UNREPORTED_TAIL_S = 0.6
"""The same for a client that reports nothing: it may have begun to play late."""


class HalfDuplex:
    """One station's voice, as its microphone must know it; shared by all sessions of the station."""

    def __init__(self, clock: Clock) -> None:
        """Begin silent."""
        self._clock = clock
        self._sending = 0
        self._ends_s = float("-inf")
        """When what was sent so far has been played, if it is played as it comes."""
        self._deaf_until_s = float("-inf")

    @property
    def is_deaf(self) -> bool:
        """Whether the microphone may hear us now."""
        return self._sending > 0 or self._clock.monotonic() < self._deaf_until_s

    def begin(self) -> None:
        """Note that sound is about to be sent; each `begin` has its `end`."""
        self._sending += 1

    def add(self, duration_s: float) -> None:
        """Note that sound of this length was sent."""
        self._ends_s = max(self._ends_s, self._clock.monotonic()) + duration_s

    def end(self) -> None:
        """Note that all of it was sent."""
        self._sending -= 1
        self._deaf_until_s = max(self._deaf_until_s, self._ends_s + UNREPORTED_TAIL_S)

    def played(self) -> None:
        """Note that the client has played all that was sent, or will not play the rest."""
        if not self._sending:
            self._ends_s = self._clock.monotonic()
            self._deaf_until_s = min(self._deaf_until_s, self._ends_s + TAIL_S)
