"""The plant alone."""

import signal
from pathlib import Path

import pytest

from tests.app.commands.terminal import Terminal, running_process
from tests.mosquitto import Mosquitto

QUICK_PLANT = str(Path(__file__).parents[1] / "quick_plant.yaml")


def test_ready_is_printed_when_every_device_is_there_and_a_signal_ends_it(tmp_path: Path, mosquitto: Mosquitto) -> None:
    broker = f"mqtt://127.0.0.1:{mosquitto.port}"
    with running_process(
        "simulate", "--broker", broker, "--plant", QUICK_PLANT, "--instant", log=tmp_path / "log"
    ) as plant:
        assert plant.wait_for("ready") == "ready"
        assert plant.end(signal.SIGINT) == 0
    assert plant.said == "ready\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--fault", "compressor-1=laziness"], "laziness"),
        (["--fault", "compressor-99=no-start"], "compressor-99"),
        (["--fault", "compressor-1"], "compressor-1"),
        (["--fill", "bag-1=full"], "bag-1"),
        (["--fill", "bag-1=500"], "bag-1"),
        (["--broker", "nonsense"], "mqtt://127.0.0.1:1883"),
        (["--speed", "0"], "speed"),
        (["--plant", "/no/such/plant.yaml"], "/no/such/plant.yaml"),
    ],
)
def test_what_cannot_be_simulated_is_told_in_one_sentence(
    wanwan: Terminal, arguments: list[str], expected: str
) -> None:
    assert expected in wanwan.failing("simulate", *arguments)
