"""Errors of the plant side.

DevicesError
├── PlantFileError         the plant file is wrong; carries every mistake with line and remedy
├── NoSuchDeviceError      an id that the plant does not have
├── NoSuchActionError      an action that the device's kind does not have
└── PlantUnreachableError  no broker, or not connected to it
"""


class DevicesError(Exception):
    """Base of all errors of this package."""

    code = "devices"
    can_retry = False


class PlantFileError(DevicesError):
    """The plant file is wrong; the message lists each mistake as `file:line: mistake. remedy.`."""

    code = "plant_file"


class NoSuchDeviceError(DevicesError):
    """An id that the plant does not have."""

    code = "no_such_device"


class NoSuchActionError(DevicesError):
    """An action that the device's kind does not have."""

    code = "no_such_action"


class PlantUnreachableError(DevicesError):
    """There is no connection to the broker."""

    code = "plant_unreachable"
    can_retry = True
