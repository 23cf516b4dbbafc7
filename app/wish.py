"""A wish: what a person wants done to one device, before anybody has decided about it."""

from dataclasses import dataclass

from devices.plant import Action, Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One action on one device."""

    device: Device
    action: Action
    value: str | None = None
    """The target value, where the action takes one."""

    def is_same_as(self, *, device: str | None, action: str | None, value: str | None) -> bool:
        """Whether a confirmation that names these means this wish."""
        return device == self.device.device_id and action == self.action.name and value == self.value
