"""The plant of these tests: one dewar, bag, compressor and valve."""

from datetime import datetime, timedelta
from pathlib import Path

from devices.command import Command
from devices.plant import Action
from devices.plant_file import load_plant
from devices.reading import DeviceState

SMALL_PLANT_FILE = Path(__file__).parent / "small_plant.yaml"
PLANT = load_plant(SMALL_PLANT_FILE)
OPEN = PLANT.device("valve-7").action("open")
CLOSE = PLANT.device("valve-7").action("close")
START = PLANT.device("compressor-1").action("start")
STOP = PLANT.device("compressor-1").action("stop")
SET_MODE = PLANT.device("compressor-1").action("set_mode")
MEASURE = PLANT.device("dewar-3").action("measure_level")


def command_for(
    device: str,
    action: Action,
    issued_at: datetime,
    *,
    command_id: str = "c-1",
    lasts_s: float = 10,
    value: str | None = None,
) -> Command:
    return Command(
        command_id=command_id,
        device=device,
        action=action.name,
        value=value,
        issued_at=issued_at,
        expires_at=issued_at + timedelta(seconds=lasts_s),
    )


def state_of(
    device: str,
    state: str,
    at: datetime,
    *,
    received_at: datetime | None = None,
    measured_at: datetime | None = None,
    mode: str | None = None,
    is_online: bool = True,
    fault: str | None = None,
    **values: float,
) -> DeviceState:
    return DeviceState(
        device=device,
        at=at,
        received_at=received_at or at,
        state=state,
        mode=mode,
        values=values,
        measured_at=measured_at or at,
        is_online=is_online,
        fault=fault,
    )
