"""What every simulated machine has: a state, a job it is doing, and the body it works in.

Mechanical times (travel, starting, a meter's pulse) are real seconds, because people and deadlines wait for them;
everything that helium does is in simulated seconds, `speed` times faster.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from devices.payload import Result
from devices.plant import Device
from devices.simulator.clock import DeviceClock
from devices.simulator.faults import FaultKind
from devices.simulator.physics import Physics
from devices.simulator.topology import Topology

FAULT: Final = "FAULT"
_SLOWNESS: Final = 12.0
_DAWDLING_S: Final = 2.0
"""What an instant action takes on a slow device, before its slowness."""


@dataclass(slots=True, kw_only=True)
class Job:
    """A command that a machine is carrying out."""

    result: Result | None = None
    """`done` or `failed` once it has ended."""
    reason: str | None = None

    def finish(self) -> None:
        """Say that the target is reached, unless the job has ended before."""
        if self.result is None:
            self.result = Result.DONE

    def fail(self, reason: str) -> None:
        """Say that the target will not be reached, unless the job has ended before."""
        if self.result is None:
            self.result, self.reason = Result.FAILED, reason


@dataclass(slots=True, kw_only=True)
class Body:
    """Where a machine sits: its description, the helium around it, its faults and its pace."""

    device: Device
    physics: Physics
    topology: Topology
    random: random.Random
    clock: DeviceClock
    speed: float
    """Simulated seconds in a real one."""
    is_instant: bool
    """Each action's target is shown at once."""
    faults: set[FaultKind] = field(default_factory=set)

    def real_s(self, usual_s: float) -> float:
        """Return how long something takes here that usually takes `usual_s` real seconds."""
        if FaultKind.SLOW in self.faults:
            return _SLOWNESS * (_DAWDLING_S if self.is_instant else usual_s)
        return 0.0 if self.is_instant else usual_s


class Machine:
    """A device that only is: bags, banks, rooms; the base of those that act."""

    noiseless: frozenset[str] = frozenset()
    """Measurements that are counted or already measured, so that no noise is added."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.state = body.device.kind.states[0] if body.device.kind.states else "NORMAL"
        self.mode = body.device.kind.modes[0] if body.device.kind.modes else None
        self.fault: str | None = None
        self.job: Job | None = None
        self.measured_at: datetime | None = None
        """When its values were measured, where that is not always now."""

    def refusal(self, action: str, value: str | None) -> str | None:
        """Return the machine's own reason not to do `action` now, or None."""
        del action, value
        return None

    def begin(self, action: str, value: str | None) -> Job:
        """Start doing `action`; an unfinished job before it fails as superseded."""
        if self.job is not None:
            self.job.fail("superseded")
        self.job = Job()
        self._begin(action, value)
        return self.job

    def advance(self, elapsed_s: float) -> None:
        """Let `elapsed_s` real seconds pass; 0 right after `begin`, so that what is instant is done at once."""

    def truth(self) -> Mapping[str, float]:
        """Return what the sensors would read without noise, by measurement; those left out have no meaning here."""
        return {}

    def _begin(self, action: str, value: str | None) -> None:
        raise NotImplementedError(f"{self.body.device.device_id} cannot {action} {value or ''}")

    def _finish(self) -> None:
        if self.job is not None:
            self.job.finish()

    def _fail(self, reason: str) -> None:
        if self.job is not None:
            self.job.fail(reason)

    def _has(self, fault: FaultKind) -> bool:
        return fault in self.body.faults
