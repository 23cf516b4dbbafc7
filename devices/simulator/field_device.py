"""One device on the bus: the firmware's gate, the machine behind it, its sensors, and the messages that result."""

import itertools
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from devices.command import Command
from devices.payload import Reply, Result, encode_reply, encode_state
from devices.plant import Device, Measurement
from devices.reading import DeviceState
from devices.simulator.clock import DeviceClock
from devices.simulator.faults import Fault, FaultKind
from devices.simulator.firmware import Accepted, Answered, Firmware, Ignored, Shown
from devices.simulator.machine import Body, Job, Machine
from devices.topics import Channel

HEARTBEAT_S: Final = 5.0
"""A state at least so often; kinds call one stale after 30 s."""
_UNSENT_LIMIT: Final = 100
"""Messages that wait for a slow broker."""
_LATE_S: Final = 1.0
"""How long after its deadline a `late-act` device acts."""
_PRETENDING_S: Final = 1.0
"""What an `ack-no-act` device takes to say done."""
_NOISE: Final[Mapping[str, float]] = {
    "%": 0.05, "MPa": 0.01, "kPa": 0.05, "degC": 0.1, "K": 0.05, "L/h": 0.1, "h": 0.0,
}  # fmt: skip
"""Standard deviation by unit."""
_DECIMALS: Final[Mapping[str, int]] = {"MPa": 3}
_GARBAGE: Final = (
    b"",
    b'{"at":',
    b"\xff\xfe\x00 not text",
    b'{"at": "yesterday", "state": 7, "command_id": null}',
    b'{"at": "2026-01-01T00:00:00Z", "state": "RUNNING", "state": "OPEN", "level_pct": NaN}',
    b"[1, 2, 3]",
    b'{"state": "OPEN"' + b" " * 70_000 + b"}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message for the broker."""

    channel: Channel
    payload: bytes
    is_retained: bool


@dataclass(slots=True, kw_only=True)
class _Task:
    """A command that was accepted."""

    command: Command
    job: Job | None
    """None until the machine has been told."""
    due_at_s: float = 0.0
    """Monotonic: when a device that is late, or only pretends, does what it does."""


class FieldDevice:
    """A simulated device: `receive` and `advance` fill the `outbox`, whoever has the connection empties it."""

    def __init__(self, body: Body, machine: Machine, look: Callable[[str], Shown]) -> None:
        self.device: Device = body.device
        self.machine = machine
        self.outbox: deque[Outgoing] = deque(maxlen=_UNSENT_LIMIT)
        """Oldest first; without a connection the oldest are dropped."""
        self._body = body
        self._clock: DeviceClock = body.clock
        self._firmware = Firmware(body.device, body.clock, look)
        self._tasks: list[_Task] = []
        self._garbage = itertools.cycle(_GARBAGE)
        self._reported: tuple[object, ...] = ()
        self._last_report: Outgoing | None = None
        self._measured_at = body.clock.stamp()
        self._next_heartbeat_s = body.clock.monotonic() + body.random.uniform(0, HEARTBEAT_S)

    @property
    def is_silent(self) -> bool:
        """Whether it has lost its connection."""
        return self._has(FaultKind.SILENT)

    def inject(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        self._body.faults.add(fault.kind)
        if fault.kind is FaultKind.CLOCK_SKEW:
            self._clock.set_wrong(fault.skew_s)
        if fault.kind is FaultKind.LEAK:
            self._body.physics.leaking.add(self.device.device_id)

    def repair(self) -> None:
        """Let nothing be wrong any more."""
        self._body.faults.clear()
        self._clock.set_wrong(0.0)
        self._body.physics.leaking.discard(self.device.device_id)

    def receive(self, payload: bytes, *, is_retained: bool) -> None:
        """Take a message from the command topic."""
        if self._is_mute:
            return
        verdict = self._firmware.judge(
            payload,
            is_retained=is_retained,
            state=self.machine.state,
            is_local=self._has(FaultKind.LOCAL_MODE),
            refusal=self.machine.refusal,
        )
        match verdict:
            case Accepted(command=command):
                self._reply(command.command_id, Result.ACCEPTED)
                self._tasks.append(self._task_for(command))
                self.advance(0.0)
            case Answered(reply=reply):
                self._send_reply(reply)
            case Ignored():
                # As real firmware does: without an id there is nobody to answer.
                pass

    def advance(self, elapsed_s: float) -> None:
        """Let `elapsed_s` real seconds pass."""
        for task in self._tasks:
            if task.job is None and self._clock.monotonic() >= task.due_at_s:
                task.job = self._begin(task.command)
        self.machine.advance(elapsed_s)
        ended = [task for task in self._tasks if task.job is not None and task.job.result is not None]
        is_due = self._clock.monotonic() >= self._next_heartbeat_s
        # Before it says done, it shows a state newer than the command, even when nothing had to change.
        if is_due or ended or self._reported != self._shown():
            self.report()
        for task in ended:
            self._tasks.remove(task)
            self._conclude(task)

    def report(self) -> None:
        """Put the present state into the outbox."""
        self._reported = self._shown()
        self._next_heartbeat_s = self._clock.monotonic() + HEARTBEAT_S
        # Even a device that is mute was seen once.
        if self._last_report is None or not self._is_mute:
            self._last_report = self._outgoing(Channel.STATE, encode_state(self.state()), is_retained=True)
            self.outbox.append(self._last_report)

    def present(self) -> None:
        """Put what a new connection begins with into the outbox, in place of all that waited for the old one."""
        self.outbox.clear()
        if self._last_report is not None and self._is_mute:
            self.outbox.append(self._last_report)
        else:
            self.report()

    def state(self) -> DeviceState:
        """Return what the device says of itself now."""
        at = self._clock.stamp()
        if self.machine.measured_at is not None:
            self._measured_at = self.machine.measured_at
        elif not self._has(FaultKind.SENSOR_DEAD):
            self._measured_at = at
        return DeviceState(
            device=self.device.device_id,
            at=at,
            received_at=at,
            state=self.machine.state,
            mode=self.machine.mode,
            values=self._values(),
            measured_at=min(self._measured_at, at),
            is_online=True,
            fault=self.machine.fault,
        )

    def _task_for(self, command: Command) -> _Task:
        now_s = self._clock.monotonic()
        if self._has(FaultKind.LATE_ACT):
            left: timedelta = command.expires_at - self._clock.now()
            return _Task(command=command, job=None, due_at_s=now_s + left.total_seconds() + _LATE_S)
        if self._has(FaultKind.ACK_NO_ACT):
            return _Task(command=command, job=None, due_at_s=now_s + self._body.real_s(_PRETENDING_S))
        return _Task(command=command, job=self._begin(command))

    def _begin(self, command: Command) -> Job:
        if self._has(FaultKind.ACK_NO_ACT):
            return Job(result=Result.DONE)
        return self.machine.begin(command.action, command.value)

    def _conclude(self, task: _Task) -> None:
        job = task.job
        if job is None or job.result is None:
            return
        self._firmware.remember(task.command, job.result)
        self._reply(task.command.command_id, job.result, job.reason)

    def _shown(self) -> tuple[object, ...]:
        machine = self.machine
        return machine.state, machine.mode, machine.fault, machine.measured_at

    def _values(self) -> dict[str, float]:
        if self._has(FaultKind.SENSOR_DEAD):
            return {}
        truth = self.machine.truth()
        return {
            name: self._read(measurement, truth.get(name)) for name, measurement in self.device.measurements.items()
        }

    def _read(self, measurement: Measurement, true_value: float | None) -> float:
        span = measurement.maximum - measurement.minimum
        if self._has(FaultKind.SENSOR_WILD):
            beyond = span * self._body.random.uniform(0.1, 1.0)
            is_above = self._body.random.random() < 0.5  # noqa: PLR2004 - a coin
            return round(measurement.maximum + beyond if is_above else measurement.minimum - beyond, 3)
        value = (measurement.minimum + measurement.maximum) / 2 if true_value is None else true_value
        # A machine at rest reads zero.
        if value and measurement.name not in self.machine.noiseless:
            value += self._body.random.gauss(0, _NOISE.get(measurement.unit, 0.0))
        return round(min(max(value, measurement.minimum), measurement.maximum), _DECIMALS.get(measurement.unit, 2))

    def _reply(self, command_id: str, result: Result, reason: str | None = None) -> None:
        self._send_reply(Reply(command_id=command_id, result=result, reason=reason, state=self.machine.state))

    def _send_reply(self, reply: Reply) -> None:
        if self._has(FaultKind.NO_ACK) or self._is_mute:
            return
        if self._has(FaultKind.WRONG_ID):
            reply = Reply(
                command_id=f"not-{reply.command_id}"[:64], result=reply.result, reason=reply.reason, state=reply.state
            )
        for _ in range(2 if self._has(FaultKind.DUPLICATE_REPLIES) else 1):
            self.outbox.append(self._outgoing(Channel.REPLY, encode_reply(reply), is_retained=False))

    def _outgoing(self, channel: Channel, payload: bytes, *, is_retained: bool) -> Outgoing:
        payload = next(self._garbage) if self._has(FaultKind.GARBAGE) else payload
        if not payload and is_retained:
            # An empty retained message would delete the state that the broker keeps.
            payload = next(self._garbage)
        return Outgoing(channel=channel, payload=payload, is_retained=is_retained)

    @property
    def _is_mute(self) -> bool:
        return self._has(FaultKind.FROZEN) or self.is_silent

    def _has(self, fault: FaultKind) -> bool:
        return fault in self._body.faults
