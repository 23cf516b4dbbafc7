"""Devices and their readings over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from devices.plant import Plant
from models.reading import StoredReading
from tests.app.api.http_site import HttpSite, problem_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOON = datetime(2020, 11, 22, 12, tzinfo=UTC)
"""Long before anything that the running plant measures."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def kept(site: HttpSite) -> None:
    """Keep an old level for each of ten hours."""
    await site.service.readings.add(
        StoredReading(
            device="dewar-2", measurement="level_pct", measured_at=NOON + timedelta(hours=hour), value=50.0 - hour
        )
        for hour in range(10)
    )


async def test_every_device_is_listed_with_state_names_actions_and_readings(site: HttpSite, demo_plant: Plant) -> None:
    devices = {device["id"]: device for device in (await site.technician.get("/v1/devices")).json()}
    assert set(devices) == set(demo_plant.devices)
    dewar = devices["dewar-3"]
    assert (dewar["kind"], dewar["number"], dewar["names"]) == ("dewar", 3, {"en": "dewar 3", "ja": "デュワー3"})
    assert (dewar["is_online"], dewar["is_stale"], dewar["actions"]) == (True, False, {"measure_level": "logged"})
    assert {reading["measurement"] for reading in dewar["readings"]} == {"level_pct", "pressure_kpa"}
    compressor = devices["compressor-1"]
    assert compressor["mode"] in {"manual", "auto"}
    assert compressor["actions"] == {"start": "confirm", "stop": "immediate", "set_mode": "confirm"}
    assert devices["valve-12"]["actions"]["close"] == "confirm"
    assert devices["mother-dewar"]["number"] is None
    one = (await site.technician.get("/v1/devices/compressor-1")).json()
    assert set(one) == set(compressor)
    assert 0 <= one["age_s"] < 60


async def test_unknown_device_and_measurement_are_told_with_what_there_is(site: HttpSite) -> None:
    unknown = await site.technician.get("/v1/devices/dewar-99")
    assert "dewar-99" in problem_of(unknown, 404, "no_such_device")["detail"]
    problem_of(await site.technician.get("/v1/devices/dewar-99/readings?measurement=x"), 404, "no_such_device")
    measurement = await site.technician.get("/v1/devices/dewar-3/readings?measurement=purity_pct")
    assert "level_pct" in problem_of(measurement, 404, "no_such_measurement")["detail"]
    assert problem_of(await site.technician.get(f"/v1/devices/{'x' * 65}"), 422, "invalid_request")


async def values(site: HttpSite, query: str) -> list[float]:
    response = await site.technician.get(f"/v1/devices/dewar-2/readings?measurement=level_pct&{query}")
    assert response.status_code == 200, response.text
    return [sample["value"] for sample in response.json()]


async def test_readings_come_oldest_first_and_the_newest_of_them_when_there_are_too_many(site: HttpSite) -> None:
    assert await values(site, "until=2020-12-01T00:00:00Z") == [50.0 - hour for hour in range(10)]
    assert await values(site, "until=2020-12-01T00:00:00Z&limit=2") == [42.0, 41.0]


async def test_times_are_taken_in_their_zone_from_and_until(site: HttpSite) -> None:
    assert await values(site, "since=2020-11-22T14:00:00Z&until=2020-11-22T17:00:00Z") == [48.0, 47.0, 46.0]
    assert await values(site, "since=2020-11-22T23:00:00%2B09:00&until=2020-11-23T02:00:00%2B09:00") == [
        48.0,
        47.0,
        46.0,
    ]
    assert await values(site, "since=0001-01-01T00:00:00%2B14:00&until=0001-01-02T00:00:00Z") == []
    assert await values(site, "since=9999-12-31T23:59:59-14:00") == []


@pytest.mark.parametrize(
    "query",
    [
        "since=2020-11-22T14:00:00",
        "until=2020-11-22",
        "since=yesterday",
        "since=1606046400",
        "since=2020-13-22T14:00:00Z",
        "limit=0",
        "limit=10001",
    ],
)
async def test_a_time_without_a_zone_and_a_limit_out_of_range_are_refused(site: HttpSite, query: str) -> None:
    response = await site.technician.get(f"/v1/devices/dewar-2/readings?measurement=level_pct&{query}")
    detail = problem_of(response, 422, "invalid_request")["detail"]
    assert query.partition("=")[0] in detail
