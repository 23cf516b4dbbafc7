"""Confirm: a risky wish is carried out only after the same station has repeated it, once, in time."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.wish import Wish
from devices.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A wish that waits for its confirmation."""

    challenge_id: str
    station: str
    wish: Wish
    asked_by: str
    """The speaker's name."""
    turn_id: str
    """The turn in which it was asked."""
    expires_at: datetime
    """Aware UTC, for people; what counts is `deadline_s`."""
    deadline_s: float
    """On the monotonic clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConfirmed:
    """Why a confirmation does not count."""

    code: str
    """`nothing_to_confirm`, `confirmation_expired`, `confirmation_other_station` or `confirmation_mismatch`."""
    pending: Pending | None = None
    """What had been asked, where something had."""


class Confirmations:
    """The challenges that are open: at most one for each station."""

    def __init__(self, clock: Clock, expires_s: float) -> None:
        """`expires_s`: how long a challenge may be answered."""
        self._clock = clock
        self._expires_s = expires_s
        self._pending: dict[str, Pending] = {}

    async def ask(self, *, station: str, wish: Wish, asked_by: str, turn_id: str) -> Pending:
        """Open a challenge; it takes the place of one that was open at this station."""
        pending = Pending(
            challenge_id=uuid.uuid4().hex,
            station=station,
            wish=wish,
            asked_by=asked_by,
            turn_id=turn_id,
            expires_at=self._clock.now() + timedelta(seconds=self._expires_s),
            deadline_s=self._clock.monotonic() + self._expires_s,
        )
        self._pending[station] = pending
        return pending

    async def redeem(
        self, *, station: str, challenge_id: str | None, device: str | None, action: str | None, value: str | None
    ) -> Pending | NotConfirmed:
        """Take the challenge that this confirmation answers; whatever the answer, it is closed afterwards.

        A challenge of another station stays open there.
        """
        pending = self._pending.get(station)
        if challenge_id is not None and (pending is None or pending.challenge_id != challenge_id):
            other = next((p for p in self._pending.values() if p.challenge_id == challenge_id), None)
            code = "nothing_to_confirm" if other is None else "confirmation_other_station"
            return NotConfirmed(code=code)
        if pending is None:
            named = any(p.wish.is_same_as(device=device, action=action, value=value) for p in self._pending.values())
            return NotConfirmed(code="confirmation_other_station" if named else "nothing_to_confirm")
        del self._pending[station]
        if self._clock.monotonic() > pending.deadline_s:
            return NotConfirmed(code="confirmation_expired", pending=pending)
        if not pending.wish.is_same_as(device=device, action=action, value=value):
            return NotConfirmed(code="confirmation_mismatch", pending=pending)
        return pending

    async def cancel(self, station: str) -> Pending | None:
        """Close the challenge of this station; None when there was none in force."""
        pending = self._pending.pop(station, None)
        if pending is not None and self._clock.monotonic() > pending.deadline_s:
            return None
        return pending

    async def abandon(self, station: str, challenge_id: str) -> Pending | None:
        """Close a challenge that nobody is there to answer any more; None when it was answered or replaced."""
        pending = self._pending.get(station)
        return await self.cancel(station) if pending is not None and pending.challenge_id == challenge_id else None

    async def cancel_all(self) -> None:
        """Close every challenge: after a stop of everything, nothing asked before may still start."""
        self._pending.clear()
