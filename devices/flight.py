"""One command on its way: what each event makes of it. No waiting and no sending happens here (see `bus.py`).

    waiting ──published──▶ published ──accepted, done, duplicate──▶ accepted
       │                      │  │                                    │  │
       │ cannot be sent       │  └──────── newer state shows it ──────┘  ├─ failed ──▶ Failed
       ▼                      ├─ rejected ─▶ Rejected        ▼           │
    Expired                   ├─ expired ──▶ Expired        Done         └─ deadline ─▶ Unknown no_new_state
                              ├─ failed ───▶ Failed
                              └─ expires ──▶ Unknown no_acknowledgement

While the line to the broker is down, what a deadline brings is `Unknown connection_lost`. A stop for the same device
ends any other command: `Unknown overridden_by_stop`, or `Expired` if it was still waiting.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from devices.command import Command
from devices.freshness import CLOCK_TOLERANCE
from devices.outcome import Done, Expired, Failed, Outcome, Rejected, Unknown
from devices.payload import Reply, Result
from devices.plant import Action, Risk
from devices.reading import DeviceState


class Phase(StrEnum):
    """How far a command has come."""

    WAITING = "waiting"
    """Nothing of it has left this machine."""
    PUBLISHED = "published"
    """It may have reached the device."""
    ACCEPTED = "accepted"
    """The device said that it has it."""


class Flight:
    """A command between `send` and its outcome."""

    def __init__(self, command: Command, action: Action, before: DeviceState | None) -> None:
        self.command = command
        self.action = action
        self.phase = Phase.WAITING
        self.outcome: Outcome | None = None
        """Set once, by whatever ends it."""
        self._before = before
        self._after = before
        self._attempts = 0

    @property
    def is_stop(self) -> bool:
        """Whether it overrides others and is never held back."""
        return self.action.risk is Risk.IMMEDIATE

    @property
    def give_up_at(self) -> datetime:
        """When the effect must have been shown by; never before the command expires. Aware UTC."""
        within = self.command.issued_at + timedelta(seconds=self.action.within_s)
        return max(within, self.command.expires_at)

    def on_publishing(self) -> None:
        """Note that it is about to leave this machine; from now on it may be done."""
        self._attempts += 1
        if self.phase is Phase.WAITING:
            self.phase = Phase.PUBLISHED

    def on_unsent(self) -> None:
        """Note that the last attempt did not leave this machine after all."""
        self._attempts -= 1
        if self._attempts == 0 and self.phase is Phase.PUBLISHED:
            self.phase = Phase.WAITING

    def on_unreachable(self) -> None:
        """Note that it could not be sent, and that nothing of it is left that could be sent later."""
        self._end_undone("plant_unreachable")

    def on_reply(self, reply: Reply) -> None:
        """Note what the device answered to this command."""
        reason = reply.reason or reply.result.value
        match reply.result:
            case Result.ACCEPTED | Result.DONE | Result.DUPLICATE:
                self.phase = Phase.ACCEPTED
            case Result.FAILED:
                self._end(Failed(reason=reason, before=self._before, after=self._after))
            # Once accepted, "nothing was done" is no longer believed: a repeat may have been refused, not the first.
            case Result.REJECTED if self.phase is not Phase.ACCEPTED:
                self._end(Rejected(reason=reason, before=self._before, after=self._after))
            case Result.EXPIRED if self.phase is not Phase.ACCEPTED:
                self._end(Expired(reason=reason, before=self._before, after=self._after))
            case _:
                pass

    def on_state(self, state: DeviceState) -> None:
        """Note what the device said of itself."""
        self._after = state
        if self.phase is not Phase.WAITING and proves(state, self.command, self.action):
            self._end(Done(before=self._before, after=state))

    def on_expiry(self, *, is_connected: bool) -> None:
        """Note that the command's own deadline passed: the device must not act on it any more."""
        if self.phase is Phase.WAITING:
            self._end_undone("too_late" if is_connected else "plant_unreachable")
        elif self.phase is Phase.PUBLISHED:
            self._end_unknown("no_acknowledgement" if is_connected else "connection_lost")

    def on_give_up(self, *, is_connected: bool) -> None:
        """Note that the effect should have been shown by now."""
        self.on_expiry(is_connected=is_connected)
        self._end_unknown("no_new_state" if is_connected else "connection_lost")

    def on_override(self) -> None:
        """Note that a stop for the same device goes first."""
        self._end_early("overridden_by_stop")

    def close(self) -> Outcome:
        """Return the outcome; what nothing has ended is `abandoned`: nobody waits for it any longer."""
        return self.outcome or self._end_early("abandoned")

    def _end_early(self, reason: str) -> Outcome:
        return self._end_undone(reason) if self.phase is Phase.WAITING else self._end_unknown(reason)

    def _end_undone(self, reason: str) -> Outcome:
        return self._end(Expired(reason=reason, before=self._before, after=self._after))

    def _end_unknown(self, reason: str) -> Outcome:
        return self._end(Unknown(reason=reason, before=self._before, after=self._after))

    def _end(self, outcome: Outcome) -> Outcome:
        self.outcome = self.outcome or outcome
        return self.outcome


def proves(state: DeviceState, command: Command, action: Action) -> bool:
    """Tell whether `state` was made after the command was issued and shows what it was to bring about."""
    if not command.issued_at < state.at <= state.received_at + CLOCK_TOLERANCE:
        return False
    match action.target.field:
        case "state":
            return state.state in action.target.values
        case "mode":
            return state.mode is not None and state.mode == command.value
        case "measured_at":
            return state.measured_at > command.issued_at
        case _:
            return False
