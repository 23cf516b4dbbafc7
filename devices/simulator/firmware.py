"""How a device treats a command: the rules that keep a late, repeated or forged one from moving anything.

In this order: a retained command is refused; a known id is answered `duplicate` with the earlier result; a command past
`expires_at` is `expired`; unknown actions and wrong values are refused; then one from the future (clocks disagree) or
from before this device started, local mode, FAULT, interlocks and the machine's own reasons. Only then is it accepted.
A stop that is not too late is held back by none of these last five.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from devices.command import Command
from devices.errors import PayloadError
from devices.payload import Reply, Result, parse_command
from devices.plant import Action, Device, Interlock, Risk
from devices.simulator.clock import DeviceClock

REMEMBERED_IDS: Final = 1_024
"""More are kept only while their commands could still be carried out; then new ones are refused as `busy`."""
SKEW_LIMIT: Final = timedelta(seconds=2)
"""A command issued later than that in the device's future shows that the clocks disagree."""

Shown = tuple[str, Mapping[str, float]]
"""State and true measurements of a device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """To be carried out."""

    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Settled by this reply; nothing is to be done."""

    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Not even an id to reply to."""

    reason: str


Verdict = Accepted | Answered | Ignored


class Firmware:
    """The gate in front of one machine, with a bounded memory of the commands it has seen."""

    def __init__(self, device: Device, clock: DeviceClock, look: Callable[[str], Shown]) -> None:
        """`look` shows another device, for interlocks."""
        self._device = device
        self._clock = clock
        self._look = look
        self._started_at = clock.now()
        self._seen: OrderedDict[str, tuple[datetime, Result]] = OrderedDict()

    def judge(
        self,
        payload: bytes,
        *,
        is_retained: bool,
        state: str,
        is_local: bool,
        refusal: Callable[[str, str | None], str | None],
    ) -> Verdict:
        """Decide about a message on the command topic; `refusal` asks the machine itself."""
        try:
            command = parse_command(payload, self._device.device_id)
        except PayloadError as exc:
            return Ignored(reason=str(exc))
        now = self._clock.now()
        settled = next(self._settled(command, now, is_retained=is_retained), None)
        if settled is None:
            objections = self._objections(command, now, state=state, is_local=is_local)
            reason = next(objections, None) or refusal(command.action, command.value)
            settled = None if reason is None else (Result.REJECTED, reason)
            result = Result.ACCEPTED if settled is None else Result.REJECTED
            self._seen[command.command_id] = (command.expires_at, result)
        if settled is None:
            return Accepted(command=command)
        result, reason = settled
        return Answered(reply=Reply(command_id=command.command_id, result=result, reason=reason, state=state))

    def remember(self, command: Command, result: Result) -> None:
        """Keep what became of a command, to answer a duplicate with."""
        if command.command_id in self._seen:
            self._seen[command.command_id] = (command.expires_at, result)

    def restart(self) -> None:
        """Forget everything, as a device does that lost its power: commands from before are then refused."""
        self._seen.clear()
        self._started_at = self._clock.now()

    def _settled(self, command: Command, now: datetime, *, is_retained: bool) -> Iterator[tuple[Result, str]]:
        if is_retained:
            yield Result.REJECTED, "retained"
        if command.command_id in self._seen:
            yield Result.DUPLICATE, self._seen[command.command_id][1].value
        if now >= command.expires_at:
            yield Result.EXPIRED, "late"
        if not self._make_room(now):
            yield Result.REJECTED, "busy"

    def _objections(self, command: Command, now: datetime, *, state: str, is_local: bool) -> Iterator[str]:
        action = self._device.actions.get(command.action)
        if action is None:
            yield "unknown_action"
            return
        if not _is_valid(command.value, action):
            yield "invalid_value"
        if action.risk is Risk.IMMEDIATE:
            return
        if command.issued_at > now + SKEW_LIMIT:
            yield "clock_skew"
        if command.issued_at < self._started_at:
            yield "restarted"
        if is_local:
            yield "local_mode"
        if state == "FAULT":
            yield "fault"
        if any(self._blocks(interlock) for interlock in self._device.interlocks if interlock.refuse == action.name):
            yield "interlock"

    def _blocks(self, interlock: Interlock) -> bool:
        state, values = self._look(interlock.device)
        if state in interlock.state_is:
            return True
        value = None if interlock.measurement is None else values.get(interlock.measurement)
        if value is None:
            return False
        is_low = interlock.below is not None and value < interlock.below
        return is_low or (interlock.above is not None and value > interlock.above)

    def _make_room(self, now: datetime) -> bool:
        if len(self._seen) >= REMEMBERED_IDS:
            # Forgetting an expired id is safe: the command would be refused as late.
            for command_id in [key for key, (expires_at, _) in self._seen.items() if expires_at <= now]:
                del self._seen[command_id]
        return len(self._seen) < REMEMBERED_IDS


def _is_valid(value: str | None, action: Action) -> bool:
    return value in action.values if action.values else value is None
