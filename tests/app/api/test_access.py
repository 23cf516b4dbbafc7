"""Who may use which route."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute

from app.main import create_app
from tests.app.api.http_site import HttpSite, client_of, problem_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCESS = {
    "POST /v1/utterances": "key",
    "POST /v1/utterances/audio": "key",
    "WEBSOCKET /v1/listen": "key",
    "GET /v1/devices": "key",
    "GET /v1/devices/{device_id}": "key",
    "GET /v1/devices/{device_id}/readings": "key",
    "GET /v1/audit": "admin",
    "GET /v1/audit.csv": "admin",
    "GET /v1/audit/verification": "admin",
    "GET /v1/audit/not-understood": "admin",
    "GET /healthz": "anyone",
    "GET /readyz": "anyone",
    "GET /metrics": "anyone",
    "GET /docs": "anyone",
    "GET /docs/{name}": "anyone",
    "GET /openapi.json": "anyone",
}
"""The access rule of every route."""

KEYED = [route for route, rule in ACCESS.items() if rule != "anyone" and not route.startswith("WEBSOCKET")]
"""Over HTTP; how a WebSocket refuses is seen in test_listen.py."""
ADMIN = [route for route, rule in ACCESS.items() if rule == "admin"]


def routes_of(app: FastAPI) -> set[str]:
    """Return every route of the application as `METHOD /path`."""

    def walk(routes: list[BaseRoute]) -> Iterator[str]:
        for route in routes:
            if nested := getattr(route, "routes", None) or getattr(
                getattr(route, "original_router", None), "routes", None
            ):
                yield from walk(nested)
                continue
            methods = getattr(route, "methods", None) or {"WEBSOCKET"}
            yield from (f"{method} {getattr(route, 'path', route)}" for method in methods - {"HEAD"})

    return set(walk(app.routes))


async def test_every_route_has_an_access_rule() -> None:
    assert routes_of(create_app()) == set(ACCESS)


def path_of(route: str) -> tuple[str, str]:
    method, path = route.split()
    return method, path.format(device_id="dewar-3", name="swagger-ui.css")


@pytest.mark.parametrize("route", KEYED)
async def test_without_a_key_or_with_a_wrong_one_nobody_gets_in(site: HttpSite, route: str) -> None:
    method, path = path_of(route)
    body = {"json": {"text": "status of compressor one"}} if route == "POST /v1/utterances" else {}
    missing = await site.nobody.request(method, path, **body)  # type: ignore[arg-type]
    problem_of(missing, 401, "key_missing")
    assert missing.headers["www-authenticate"] == "Bearer"
    wrong_key = f"wk_{'0' * 10}_{'0' * 64}"
    for value in (f"Bearer {wrong_key}", "Bearer x", "Bearer wk_\u00e9_\u00e9"):
        wrong = await site.nobody.request(
            method,
            path,
            headers={b"Authorization": value.encode()},
            **body,  # type: ignore[arg-type]
        )
        problem_of(wrong, 401, "key_unknown")
    for value in ("Basic aGFuYTpoYW5h", "Bearer", wrong_key):
        other = await site.nobody.request(method, path, headers={"Authorization": value}, **body)  # type: ignore[arg-type]
        problem_of(other, 401, "key_missing")


@pytest.mark.parametrize("route", ADMIN)
async def test_only_an_administrator_reviews(site: HttpSite, route: str) -> None:
    method, path = path_of(route)
    for client in (site.technician, site.operator):
        problem_of(await client.request(method, path), 403, "role_too_low")
    assert (await site.admin.request(method, path)).status_code == 200


@pytest.mark.parametrize("route", [route for route, rule in ACCESS.items() if rule == "anyone"])
async def test_health_and_documents_need_no_key(site: HttpSite, route: str) -> None:
    assert (await site.nobody.request(*path_of(route))).status_code == 200


async def test_a_revoked_key_is_as_good_as_none(site: HttpSite) -> None:
    made = await site.service.keys.create("leaver", "admin")
    async with client_of(site.service, made.key) as client:
        assert (await client.get("/v1/audit")).status_code == 200
        await site.service.keys.revoke(made.operator.key_id)
        problem_of(await client.get("/v1/audit"), 401, "key_unknown")


async def test_what_a_key_may_have_done_depends_on_its_role(site: HttpSite) -> None:
    wish = {"text": "open valve eleven", "language": "en"}
    refused = (await site.technician.post("/v1/utterances", json=wish)).json()
    assert (refused["status"], refused["reason"]) == ("refused", "refused_role")
    asked = (await site.operator.post("/v1/utterances", json=wish)).json()
    assert asked["status"] in {"needs_confirmation", "answered"}


async def test_a_key_of_a_station_speaks_from_there_and_from_nowhere_else(site: HttpSite) -> None:
    made = await site.service.keys.create("tablet on the wall", "operator", station="tablet")
    async with client_of(site.service, made.key) as client:
        own = (await client.post("/v1/utterances", json={"text": "open valve eleven"})).json()
        assert own["reason"] == "refused_station_role"
        rows = await site.service.log.turn(own["turn_id"])
        assert {row.entry.station for row in rows} == {"tablet"}
        elsewhere = {"text": "open valve eleven", "station": "control-desk"}
        problem_of(await client.post("/v1/utterances", json=elsewhere), 403, "station_of_another_key")
        recording = await client.post("/v1/utterances/audio?station=room-mic", content=b"")
        problem_of(recording, 403, "station_of_another_key")
