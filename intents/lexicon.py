"""What can be named: the devices of a site and their kinds, as plain values."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class KindEntry:
    """A kind of device, in the words of one language."""

    name: str
    nouns: tuple[str, ...]
    """Singular, the one we say ourselves first."""
    plurals: tuple[str, ...] = ()
    bare_numbers: tuple[str, ...] = ()
    """Patterns that name a device of this kind by number alone, `{n}` for the number: `{n}号機`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEntry:
    """A device that can be named."""

    device_id: str
    kind: str
    number: int | None = None
    names: tuple[str, ...] = ()
    """Names of its own, besides kind and number."""
    quantities: frozenset[str] = frozenset()
    """What can be asked of it: `level`, `pressure`, …"""
    actions: frozenset[str] = frozenset()
    """What it can be told to do: `start`, `open`, …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All that can be named."""

    devices: tuple[DeviceEntry, ...] = ()
    kinds: tuple[KindEntry, ...] = field(default=())
