"""Errors of the plant side.

DevicesError
├── PlantFileError         the plant file is wrong; carries every mistake with line and remedy
├── NoSuchDeviceError      an id that the plant does not have
├── NoSuchActionError      an action that the device's kind does not have
├── PlantUnreachableError  no broker, or not connected to it; nothing was sent
├── PublishUnconfirmedError  sent, but the broker did not confirm; it may arrive
├── TopicError             a topic or an id in it is not one of ours
├── PayloadError           a payload is not what the contract says
└── BrokerError            the embedded broker cannot start
"""

from collections.abc import Sequence

from devices.mistake import Mistake


class DevicesError(Exception):
    """Base of all errors of this package."""

    code = "devices"
    can_retry = False


class PlantFileError(DevicesError):
    """The plant file is wrong; the message lists each mistake as `file:line: mistake. remedy.`."""

    code = "plant_file"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)
        """All of them, in the order of the file."""


class NoSuchDeviceError(DevicesError):
    """An id that the plant does not have."""

    code = "no_such_device"


class NoSuchActionError(DevicesError):
    """An action that the device's kind does not have."""

    code = "no_such_action"


class PlantUnreachableError(DevicesError):
    """There is no connection to the broker; nothing was sent."""

    code = "plant_unreachable"
    can_retry = True


class PublishUnconfirmedError(DevicesError):
    """A message went out and the broker did not confirm it in time; it may arrive or not."""

    code = "publish_unconfirmed"
    can_retry = True


class TopicError(DevicesError):
    """A topic is not one of ours, or an id cannot be part of one."""

    code = "topic"


class PayloadError(DevicesError):
    """A payload is not what the contract says; the message names the device, the field and what is wrong with it."""

    code = "payload"


class BrokerError(DevicesError):
    """The embedded broker cannot start: its port is in use, or is not ours to open."""

    code = "broker"
