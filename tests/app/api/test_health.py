"""Whether it lives, whether it can do its work, and its figures."""

import re
from pathlib import Path

import pytest

from tests.app.api.http_site import HttpSite, http_site
from tests.app.site import running_site
from tests.devices.until import until
from tests.mosquitto import Mosquitto

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_whole_site_is_ready(site: HttpSite) -> None:
    response = await site.nobody.get("/readyz")
    assert response.status_code == 200
    ready = response.json()
    assert (ready["is_ready"], ready["is_plant_connected"], ready["is_audit_writable"]) == (True, True, True)
    assert {state["language"]: state["engine"] for state in ready["hearing"]} == {"en": None, "ja": None}
    assert all(state["reason"] for state in ready["hearing"])
    assert ready["speech_out"] is False


async def test_without_a_broker_it_lives_is_not_ready_and_comes_back(site: HttpSite, broker: Mosquitto) -> None:
    bus = site.service.bus
    broker.stop()
    try:
        await until(lambda: not bus.is_connected)
        response = await site.nobody.get("/readyz")
        assert response.status_code == 503
        assert (response.json()["is_ready"], response.json()["is_audit_writable"]) == (False, True)
        assert (await site.nobody.get("/healthz")).json() == {"status": "ok"}
        assert "wanwan_plant_connected 0.0" in (await site.nobody.get("/metrics")).text
        assert (await site.say("open valve seven"))["reason"] == "refused_plant_unreachable"
        assert (await site.operator.get("/v1/devices/valve-7")).json()["is_stale"] is True
    finally:
        broker.start()
    await until(lambda: bus.is_connected and bus.is_online("valve-7"))
    assert (await site.nobody.get("/readyz")).status_code == 200


async def test_a_log_that_cannot_be_written_is_not_ready_and_a_stop_still_comes_in(
    tmp_path: Path, broker: Mosquitto
) -> None:
    async with running_site(tmp_path, broker) as service, http_site(service) as site:
        await site.say("help")
        await service.audit.close()
        refused = await site.say("note frost on the line")
        assert refused["reason"] == "refused_audit_unavailable"
        stopped = await site.say("emergency stop")
        assert {command["outcome"] for command in stopped["commands"]} == {"done"}


def value_of(text: str, figure: str) -> float:
    """Return the value of a figure; 0 where it has none yet."""
    found = re.search(rf"^{re.escape(figure)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_turns_and_commands_are_counted(site: HttpSite) -> None:
    figures = {
        'wanwan_turns_total{language="en",status="answered"}': 1.0,
        'wanwan_turns_total{language="ja",status="not_understood"}': 1.0,
        'wanwan_turn_seconds_count{status="answered"}': 1.0,
        'wanwan_commands_total{action="stop",outcome="done"}': 2.0,
    }
    before = (await site.nobody.get("/metrics")).text
    await site.say("what is the dewar 3 level")
    await site.say("月が綺麗ですね", language="ja")
    await site.say("emergency stop")
    response = await site.nobody.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    for figure, more in figures.items():
        assert value_of(response.text, figure) - value_of(before, figure) == more, figure
    assert "wanwan_plant_connected 1.0" in response.text
    seconds = 'wanwan_turn_seconds_sum{status="answered"}'
    assert value_of(response.text, seconds) > value_of(before, seconds)
