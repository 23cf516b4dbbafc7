"""News of a command after its outcome was told: for the record, and for whoever asks next."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from devices.command import Command
from devices.flight import Flight, proves
from devices.outcome import Done, Outcome, Unknown
from devices.payload import Reply, Result
from devices.plant import Action
from devices.reading import DeviceState

_REMEMBERED: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LateNews:
    """The device answered, or showed the target, after we had said the outcome."""

    command: Command
    outcome: Outcome
    """What had been said."""
    received_at: datetime
    reply: Reply | None = None
    state: DeviceState | None = None
    """The newer state that shows the target, where an unknown command turned out to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    command: Command
    action: Action
    outcome: Outcome


class EndedCommands:
    """The last commands whose outcome was told."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[str, _Ended] = OrderedDict()
        self._unknown_of: dict[str, _Ended] = {}
        """The last command of each device that ended unknown and was not cleared up since."""

    def remember(self, flight: Flight, outcome: Outcome) -> None:
        """Keep an ended command for a while."""
        ended = _Ended(command=flight.command, action=flight.action, outcome=outcome)
        self._by_id[flight.command.command_id] = ended
        if len(self._by_id) > _REMEMBERED:
            self._by_id.popitem(last=False)
        if isinstance(outcome, Unknown):
            self._unknown_of[flight.command.device] = ended
        else:
            self._unknown_of.pop(flight.command.device, None)

    def knows(self, device_id: str, reply: Reply) -> bool:
        """Tell whether `reply` belongs to one of them."""
        ended = self._by_id.get(reply.command_id)
        return ended is not None and ended.command.device == device_id

    def news_of_reply(self, device_id: str, reply: Reply, received_at: datetime) -> LateNews | None:
        """Return what a late reply adds to what was said; a `done` after `Done` adds nothing."""
        ended = self._by_id.get(reply.command_id)
        if ended is None or ended.command.device != device_id:
            return None
        if isinstance(ended.outcome, Done) and reply.result not in {Result.FAILED, Result.REJECTED, Result.EXPIRED}:
            return None
        return LateNews(command=ended.command, outcome=ended.outcome, received_at=received_at, reply=reply)

    def news_of_state(self, state: DeviceState) -> LateNews | None:
        """Return what a state adds: that a command which ended unknown has been done after all. Told once."""
        ended = self._unknown_of.get(state.device)
        if ended is None or not proves(state, ended.command, ended.action):
            return None
        del self._unknown_of[state.device]
        return LateNews(command=ended.command, outcome=ended.outcome, received_at=state.received_at, state=state)
