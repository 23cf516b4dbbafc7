"""Errors of the service itself.

AppError
├── ServiceStartError    the service cannot start: port in use, no database; says the remedy
├── ServiceAnswerError   a running service refused a request of the command line
├── ServiceMissingError  no service answers at that address
├── ListenersFullError   no station more can listen now
└── SoundDeviceError     this machine has no microphone or loudspeaker that can be used
"""


class AppError(Exception):
    """Base of all errors of this package."""

    code = "app"
    can_retry = False


class ServiceStartError(AppError):
    """The service cannot start."""

    code = "service_start"


class ServiceAnswerError(AppError):
    """A running service refused a request."""

    code = "service_answer"


class ServiceMissingError(AppError):
    """No service answers at that address."""

    code = "service_missing"
    can_retry = True


class ListenersFullError(AppError):
    """No station more can listen now; says whose limit was met."""

    code = "listeners_full"
    can_retry = True


class SoundDeviceError(AppError):
    """This machine has no microphone or loudspeaker that can be used; says the remedy."""

    code = "sound_device"
