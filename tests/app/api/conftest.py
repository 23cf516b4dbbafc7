"""One running site for each file of tests."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from app.service import Service
from tests.app.api.http_site import HttpSite, http_site, listening
from tests.app.site import running_site
from tests.mosquitto import Mosquitto


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """Run a Mosquitto for this file."""
    started = Mosquitto(tmp_path_factory.mktemp("broker"))
    started.start()
    yield started
    started.kill()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """Run a site for this file; its tests change no more of it than a person at it would."""
    async with running_site(tmp_path_factory.mktemp("site"), broker) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(running: Service) -> AsyncIterator[HttpSite]:
    """Serve the running site over HTTP."""
    async with http_site(running) as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(running: Service) -> AsyncIterator[str]:
    """Serve the running site on a port, as a WebSocket needs it; gives its address."""
    async with listening(running) as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def key(running: Service) -> str:
    """Have an operator's key of the running site."""
    return (await running.keys.create("hana", "operator")).key
