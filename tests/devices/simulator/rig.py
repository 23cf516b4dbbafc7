"""A simulated plant on a clock that the test moves, and what its devices say."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

from devices.command import Command
from devices.payload import Reply, encode_command, parse_reply, parse_state
from devices.plant import Plant
from devices.plant_file import DEMO_PLANT_FILE, load_plant
from devices.reading import DeviceState
from devices.simulator.faults import parse_faults
from devices.simulator.simulation import Simulation
from devices.topics import Channel
from tests.manual_clock import ManualClock

_IDS = itertools.count(1)


@cache
def demo_plant(path: Path = DEMO_PLANT_FILE) -> Plant:
    return load_plant(path)


@dataclass
class Said:
    """What one device has said so far."""

    replies: list[Reply] = field(default_factory=list)
    states: list[DeviceState] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    """Results and states in the order in which they were sent."""
    raw: list[bytes] = field(default_factory=list)


class Rig:
    """Moves a simulation on and listens to it."""

    def __init__(
        self,
        *faults: str,
        plant: Plant | None = None,
        seed: int = 1,
        speed: float = 1.0,
        fills: Mapping[str, float] | None = None,
        is_instant: bool = False,
    ) -> None:
        self.clock = ManualClock()
        self.plant = plant or demo_plant()
        self.simulation = Simulation(
            self.plant,
            seed=seed,
            speed=speed,
            faults=parse_faults(faults, self.plant),
            fills=fills,
            is_instant=is_instant,
            clock=self.clock,
        )
        self.said = {device_id: Said() for device_id in self.plant.devices}
        self.is_parsing = True

    def run(self, seconds: float, tick_s: float = 0.25) -> None:
        """Let time pass in ticks, as the process does."""
        for _ in range(round(seconds / tick_s)):
            self.clock.advance(tick_s)
            self.simulation.advance()
            self.listen()

    def run_until_state(self, device: str, states: Sequence[str], within_s: float = 60) -> float:
        """Run until the device shows one of `states` and return how long it took."""
        for tick in range(round(within_s / 0.25)):
            if self.simulation.devices[device].machine.state in states:
                return tick * 0.25
            self.run(0.25)
        raise AssertionError(f"{device} is {self.simulation.devices[device].machine.state} after {within_s} s")

    def command(
        self,
        device: str,
        action: str,
        value: str | None = None,
        *,
        command_id: str | None = None,
        expires_in_s: float = 10.0,
        issued_ago_s: float = 0.0,
        is_retained: bool = False,
    ) -> str:
        """Send a command and return its id."""
        command_id = command_id or f"command-{next(_IDS)}"
        now = self.clock.now()
        payload = encode_command(
            Command(
                command_id=command_id,
                device=device,
                action=action,
                value=value,
                issued_at=now - timedelta(seconds=issued_ago_s),
                expires_at=now + timedelta(seconds=expires_in_s),
            )
        )
        self.clock.advance(0.001)  # on its way
        self.simulation.devices[device].receive(payload, is_retained=is_retained)
        self.listen()
        return command_id

    def listen(self) -> None:
        """Take what the devices have said."""
        for device_id, device in self.simulation.devices.items():
            said = self.said[device_id]
            while device.outbox:
                message = device.outbox.popleft()
                said.raw.append(message.payload)
                if not self.is_parsing:
                    continue
                if message.channel is Channel.REPLY:
                    reply = parse_reply(message.payload, device_id)
                    said.replies.append(reply)
                    said.order.append(reply.result.value)
                else:
                    state = parse_state(message.payload, device_id, self.clock.now())
                    said.states.append(state)
                    said.order.append(state.state)

    def results(self, device: str) -> list[str]:
        return [reply.result.value for reply in self.said[device].replies]

    def reasons(self, device: str) -> list[str | None]:
        return [reply.reason for reply in self.said[device].replies]

    def state(self, device: str) -> DeviceState:
        return self.simulation.devices[device].state()
