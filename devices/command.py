"""A command: one absolute target for one device, with a deadline."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What the service asks a device to do, once, before a deadline."""

    command_id: str
    """Unique; a device that has seen it ignores it, so it may be sent again until the deadline."""
    device: str
    """The plant's id of the device."""
    action: str
    """An action of the device's kind: `start`, `open`, …"""
    value: str | None = None
    """The target value where the action takes one (`set_mode`: `auto`)."""
    issued_at: datetime
    """Aware UTC."""
    expires_at: datetime
    """Aware UTC; a device refuses the command after it."""
