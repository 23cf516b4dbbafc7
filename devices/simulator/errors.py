"""Errors of the simulator.

DevicesError
└── SimulatorError
    ├── FaultError      a fault that does not exist, or not for that device
    ├── FillError       a level or pressure to start with, or a speed, that is not possible
    └── BrokerUrlError  a broker address that cannot be understood
"""

from devices.errors import DevicesError


class SimulatorError(DevicesError):
    """Base of all errors of the simulator."""

    code = "simulator"


class FaultError(SimulatorError):
    """A fault that does not exist, or not for that device; the message lists what there is."""

    code = "fault"


class FillError(SimulatorError):
    """A level or pressure to start with that is not possible; the message names the limits."""

    code = "fill"


class BrokerUrlError(SimulatorError):
    """A broker address that cannot be understood; the message gives an example."""

    code = "broker_url"
