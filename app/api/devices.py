"""The plant's devices with their last states and readings."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from app.api.deps import ServiceDep, SpeakerDep
from app.api.moment import Moment
from app.api.problems import KEYED, ProblemError, problems
from app.api.reply_out import ReadingOut
from app.service import Service
from devices.plant import Device

router = APIRouter(prefix="/v1/devices", tags=["devices"], responses=problems(*KEYED))


class DeviceOut(BaseModel):
    """One device of the plant, as it last said."""

    id: str
    kind: str
    number: int | None
    names: dict[str, str]
    """How it is said, by language."""
    state: str | None
    """None when nothing has been heard from it."""
    mode: str | None
    fault: str | None
    at: datetime | None
    age_s: float | None
    is_online: bool
    is_stale: bool
    """Whether its state is too old, or unknown, to act on."""
    actions: dict[str, str]
    """What it can be told to do, each with its risk."""
    readings: list[ReadingOut]


class SampleOut(BaseModel):
    """One kept value."""

    measured_at: datetime
    value: float


DeviceId = Annotated[str, Path(max_length=64, examples=["dewar-3"])]


def _device(service: Service, device_id: str) -> Device:
    device = service.plant.devices.get(device_id)
    if device is None:
        raise ProblemError(
            HTTPStatus.NOT_FOUND, "no_such_device", f"The plant has no device {device_id!r}; /v1/devices lists them."
        )
    return device


def _device_out(service: Service, device: Device) -> DeviceOut:
    now = service.clock.now()
    state = service.bus.state_of(device.device_id)
    age_s = (now - state.at).total_seconds() if state else None
    found = (service.bus.reading(device.device_id, name, now) for name in device.measurements)
    return DeviceOut(
        id=device.device_id,
        kind=device.kind.name,
        number=device.number,
        names={language: device.spoken_name(language) for language in service.languages},
        state=state.state if state else None,
        mode=state.mode if state else None,
        fault=state.fault if state else None,
        at=state.at if state else None,
        age_s=age_s,
        is_online=bool(state and state.is_online),
        is_stale=age_s is None or age_s > device.kind.state_stale_after_s or not service.bus.is_connected,
        actions={action.name: action.risk.value for action in device.actions.values()},
        readings=[ReadingOut.model_validate(r, from_attributes=True) for r in found if r is not None],
    )


@router.get("")
async def list_devices(service: ServiceDep, _speaker: SpeakerDep) -> list[DeviceOut]:
    """Return every device of the plant."""
    return [_device_out(service, device) for device in service.plant.devices.values()]


@router.get("/{device_id}", responses=problems(404))
async def get_device(device_id: DeviceId, service: ServiceDep, _speaker: SpeakerDep) -> DeviceOut:
    """Return one device with its last readings."""
    return _device_out(service, _device(service, device_id))


@router.get("/{device_id}/readings", responses=problems(404))
async def list_readings(
    device_id: DeviceId,
    service: ServiceDep,
    _speaker: SpeakerDep,
    measurement: Annotated[str, Query(max_length=64, examples=["level_pct"])],
    since: Moment = None,
    until: Moment = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> list[SampleOut]:
    """Return kept values of one measurement, oldest first, the newest `limit` of them."""
    device = _device(service, device_id)
    if measurement not in device.measurements:
        raise ProblemError(
            HTTPStatus.NOT_FOUND,
            "no_such_measurement",
            f"{device_id} has no measurement {measurement!r}; it has: {', '.join(device.measurements)}.",
        )
    samples = await service.readings.series(device_id, measurement, since=since, until=until, limit=limit)
    return [SampleOut(measured_at=sample.measured_at, value=sample.value) for sample in samples]
