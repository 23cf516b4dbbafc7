"""Operate: the intention is committed, the command sent, and only what the plant shows is called done."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from app.record import STOP_COMMIT_TIMEOUT_S, TurnRecord
from app.wish import Wish
from devices.clock import Clock
from devices.command import Command
from devices.outcome import Done, Expired, Failed, Outcome, Rejected, Unknown
from devices.plant import Action, Risk
from devices.reading import DeviceState
from models.audit import Step
from models.errors import AuditUnavailableError


class PlantLink(Protocol):
    """The plant as the turn sees it (implemented by `devices.bus.Bus`)."""

    @property
    def is_connected(self) -> bool:
        """Whether commands and states can travel."""
        ...

    def states(self) -> Mapping[str, DeviceState]:
        """Return what each device last said, by id."""
        ...

    def state_of(self, device_id: str) -> DeviceState | None:
        """Return what one device last said."""
        ...

    async def send(self, command: Command, action: Action) -> Outcome:
        """Carry out one command to its outcome."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Operated:
    """A command and what became of it."""

    command: Command
    outcome: Outcome

    @property
    def is_done(self) -> bool:
        """Whether the plant has shown the target."""
        return isinstance(self.outcome, Done)


def outcome_name(outcome: Outcome) -> str:
    """Return the outcome's name in replies and in the audit."""
    match outcome:
        case Done():
            return "done"
        case Rejected():
            return "rejected"
        case Failed():
            return "failed"
        case Expired():
            return "expired"
        case Unknown():
            return "unknown"


async def operate(wish: Wish, *, record: TurnRecord, plant: PlantLink, clock: Clock, expires_s: float) -> Operated:
    """Carry out an allowed wish.

    Raises `AuditUnavailableError` before anything is sent when the intention cannot be committed; a stop goes out all
    the same, its rows spilled.
    """
    now = clock.now()
    command = Command(
        command_id=uuid.uuid4().hex,
        device=wish.device.device_id,
        action=wish.action.name,
        value=wish.value,
        issued_at=now,
        expires_at=now + timedelta(seconds=expires_s),
    )
    before = plant.state_of(command.device)
    record.add(
        Step.COMMANDED,
        device=command.device,
        action=command.action,
        command_id=command.command_id,
        old_state=shown(before),
        detail={"value": command.value} if command.value else {},
    )
    if wish.action.risk is Risk.IMMEDIATE:
        await record.commit_or_spill(STOP_COMMIT_TIMEOUT_S)
    else:
        try:
            await record.commit()
        except AuditUnavailableError:
            record.add(
                Step.OUTCOME,
                device=command.device,
                action=command.action,
                command_id=command.command_id,
                old_state=shown(before),
                new_state=shown(before),
                outcome="not_sent",
                reason="audit_unavailable",
            )
            raise
    outcome = await plant.send(command, wish.action)
    after = outcome.after or plant.state_of(command.device)
    record.add(
        Step.OUTCOME,
        device=command.device,
        action=command.action,
        command_id=command.command_id,
        old_state=shown(before),
        new_state=shown(after),
        outcome=outcome_name(outcome),
        reason=None if isinstance(outcome, Done) else outcome.reason,
    )
    return Operated(command=command, outcome=outcome)


def shown(state: DeviceState | None) -> str:
    """Write a device's state for the audit: never empty, so that nothing unknown looks like nothing asked."""
    if state is None:
        return "not known"
    return f"{state.state} ({state.mode})" if state.mode else state.state
