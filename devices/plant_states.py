"""What each device last said of itself."""

from dataclasses import replace
from datetime import datetime

from devices.errors import PayloadError
from devices.freshness import CLOCK_TOLERANCE
from devices.payload import Status, parse_state
from devices.plant import Device, Plant
from devices.reading import DeviceState


class PlantStates:
    """The last state of each device, and whether it can still be asked."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._states: dict[str, DeviceState] = {}
        self._online: set[str] = set()

    def of(self, device_id: str) -> DeviceState | None:
        """Return the last state of a device, None if it has not said any."""
        return self._states.get(device_id)

    def all(self) -> dict[str, DeviceState]:
        """Return the last state of each device that has said one."""
        return dict(self._states)

    def is_online(self, device_id: str) -> bool:
        """Tell whether the device said that it is there, on a connection that still stands."""
        return device_id in self._online

    def take_state(self, device: Device, payload: bytes, received_at: datetime) -> DeviceState | None:
        """Return the state that `device` says now, None if an older one came late; raises `PayloadError`."""
        said = parse_state(payload, device.device_id, received_at, is_online=self.is_online(device.device_id))
        if said.state not in device.kind.states:
            raise PayloadError(f"state of {device.device_id}: {said.state!r} is not a state of a {device.kind.name}")
        if said.mode is not None and said.mode not in device.kind.modes:
            raise PayloadError(f"state of {device.device_id}: {said.mode!r} is not a mode of a {device.kind.name}")
        last = self._states.get(device.device_id)
        # QoS 1 may bring an old one again. What came from the future does not count: its clock was wrong and is mended.
        if last is not None and said.at < last.at <= received_at + CLOCK_TOLERANCE:
            return None
        known = {name: value for name, value in said.values.items() if name in device.measurements}
        self._states[device.device_id] = state = replace(said, values=known)
        return state

    def take_status(self, device: Device, status: Status) -> DeviceState | None:
        """Note that a device is there or gone; return its state if that changed it."""
        is_online = status is Status.ONLINE
        (self._online.add if is_online else self._online.discard)(device.device_id)
        last = self._states.get(device.device_id)
        if last is None or last.is_online == is_online:
            return None
        self._states[device.device_id] = state = replace(last, is_online=is_online)
        return state

    def lose_all(self) -> list[DeviceState]:
        """Note that nothing can be asked any more; return the states which that changed."""
        self._online.clear()
        changed = [replace(state, is_online=False) for state in self._states.values() if state.is_online]
        self._states |= {state.device: state for state in changed}
        return changed
