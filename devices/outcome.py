"""What became of a command. `Done` is only what the plant itself has shown."""

from dataclasses import dataclass

from devices.reading import DeviceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A state newer than the command shows the target."""

    before: DeviceState | None
    after: DeviceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The device refused: nothing was done."""

    reason: str
    """The device's own word: `interlock`, `local_mode`, `busy`, …"""
    before: DeviceState | None = None
    after: DeviceState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The device tried and says that it failed."""

    reason: str
    before: DeviceState | None = None
    after: DeviceState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """The command did not reach the device in time, or the device refused it as too late: nothing was done."""

    reason: str
    before: DeviceState | None = None
    after: DeviceState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It may or may not have been done; the plant did not show it before the deadline."""

    reason: str
    """`no_acknowledgement`, `no_new_state`, `connection_lost`, …"""
    before: DeviceState | None = None
    after: DeviceState | None = None


Outcome = Done | Rejected | Failed | Expired | Unknown
