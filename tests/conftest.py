"""What tests of every package share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.plant import Plant
from devices.plant_file import DEMO_PLANT_FILE, load_plant
from tests.mosquitto import Mosquitto


@pytest.fixture(scope="session")
def demo_plant() -> Plant:
    """Return the plant of the demo."""
    return load_plant(DEMO_PLANT_FILE)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run a Mosquitto of this test's own."""
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.kill()
