"""Topic names on the broker: `wanwan/v1/{site}/{device}/{channel}` (architecture, MQTT)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from devices.errors import TopicError

PREFIX: Final = "wanwan/v1"
"""Name and version of the contract; a change that old devices cannot follow gets a new version."""

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", re.ASCII)
_RESERVED: Final = frozenset({"all"})
"""`all` stands for every device of a kind in a slot."""


class Channel(StrEnum):
    """What travels on a topic, and who writes it."""

    COMMAND = "command"
    """Service to device, QoS 1, never retained."""
    REPLY = "reply"
    """Device to service, QoS 1, not retained."""
    STATE = "state"
    """Device to all, QoS 1, retained."""
    STATUS = "status"
    """Device to all, and its will, QoS 1, retained: `online` or `offline`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic, taken apart."""

    site: str
    device: str
    channel: Channel

    def __str__(self) -> str:
        """Return the topic as the broker knows it."""
        return f"{PREFIX}/{self.site}/{self.device}/{self.channel}"


def is_valid_id(text: str) -> bool:
    """Tell whether a site or device id is safe in a topic and a file name: 1 to 63 of `A-Z a-z 0-9 - _`, not `all`."""
    return _ID.fullmatch(text) is not None and text not in _RESERVED


def topic_of(site: str, device: str, channel: Channel) -> str:
    """Return the name of a topic; raises `TopicError` for an id that is not safe in one."""
    for text in (site, device):
        if not is_valid_id(text):
            raise TopicError(f"{text!r} cannot be part of a topic; an id is 1 to 63 letters, digits, '-' or '_'")
    return str(Topic(site=site, device=device, channel=channel))


def topic_filter(site: str, channel: Channel) -> str:
    """Return the subscription for one channel of every device of a site."""
    if not is_valid_id(site):
        raise TopicError(f"{site!r} cannot be part of a topic; an id is 1 to 63 letters, digits, '-' or '_'")
    return f"{PREFIX}/{site}/+/{channel}"


def parse_topic(name: str) -> Topic:
    """Take a topic apart; raises `TopicError` when it is not one of ours."""
    prefix, _, rest = name.partition(f"{PREFIX}/")
    parts = rest.split("/")
    if prefix or len(parts) != len(("site", "device", "channel")):
        raise TopicError(f"topic {name[:200]!r} is not {PREFIX}/SITE/DEVICE/CHANNEL")
    site, device, channel = parts
    if not (is_valid_id(site) and is_valid_id(device)):
        raise TopicError(f"topic {name[:200]!r} names a site or device that cannot be an id")
    try:
        return Topic(site=site, device=device, channel=Channel(channel))
    except ValueError as exc:
        raise TopicError(f"topic {name[:200]!r}: the last part is not one of {', '.join(Channel)}") from exc
