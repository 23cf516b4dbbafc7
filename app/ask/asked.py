"""One question with everything that is needed to answer it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from devices.plant import Device, Plant
from devices.reading import DeviceState, Reading
from intents.answer import Answers
from intents.intent import Intent


class PlantView(Protocol):
    """The plant as questions see it (implemented by `devices.bus.Bus`)."""

    @property
    def is_connected(self) -> bool:
        """Whether states can arrive."""
        ...

    def state_of(self, device_id: str) -> DeviceState | None:
        """Return what one device last said."""
        ...

    def reading(self, device_id: str, measurement: str, now: datetime) -> Reading | None:
        """Return the last value of a measurement with its age; None if there is none, or none that can be right."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked, and of which plant."""

    intent: Intent
    plant: Plant
    view: PlantView
    answers: Answers
    """Of the language in which it is asked."""
    now: datetime
    """Aware UTC."""

    @property
    def language(self) -> str:
        """In which it is asked."""
        return self.answers.language

    def device(self) -> Device:
        """Return the device that is asked about; raises `NoSuchDeviceError`."""
        return self.plant.device(self.intent.slots["device"])

    def devices(self) -> tuple[Device, ...]:
        """Return all devices that are asked about: one, or all of a kind."""
        if self.intent.slots["device"] == "all":
            return self.plant.of_kind(self.intent.slots["kind"])
        return (self.device(),)

    def name(self, device: Device) -> str:
        """Return how the device is called in this language."""
        return device.spoken_name(self.language)
