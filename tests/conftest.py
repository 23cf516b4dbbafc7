"""What tests of every package share."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.speech.models import PRACTICE_MODELS
from devices.plant import Plant
from devices.plant_file import DEMO_PLANT_FILE, load_plant
from tests.mosquitto import Mosquitto


@pytest.fixture(scope="session", autouse=True)
def shipped_models_stay_as_they_are() -> Iterator[None]:
    """Fail if any test wrote into the practice models: they are shipped, and tests work on copies."""
    before = _practice_models()
    yield
    assert _practice_models() == before


def _practice_models() -> Mapping[str, str]:
    files = sorted(path for path in PRACTICE_MODELS.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


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
