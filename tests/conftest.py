"""What tests of every package share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mosquitto import Mosquitto


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running Mosquitto of this test's own."""
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.kill()
