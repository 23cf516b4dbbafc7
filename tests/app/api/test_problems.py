"""What goes wrong in the service is a problem too, and every response is safe to show."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import NoReturn

import pytest
import pytest_asyncio

from app.api.response_headers import SAFE_HEADERS
from models.audit_query import AuditLog
from models.database import Database
from models.operator import KeyRing
from models.reading import ReadingStore
from tests.app.api.http_site import HttpSite, client_of, problem_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

REVIEWS = ["/v1/audit", "/v1/audit.csv", "/v1/audit/verification", "/v1/audit/not-understood"]


@pytest_asyncio.fixture(loop_scope="module")
async def broken(site: HttpSite, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HttpSite]:
    """Give the site with databases whose tables are gone."""
    url = f"sqlite:///{tmp_path_factory.mktemp('broken') / 'broken.sqlite'}"
    database, readings = await Database.open(url), await ReadingStore.open(url)
    made = await KeyRing(database).create("hana", "admin")
    keys = KeyRing(database)
    assert await keys.authenticate(made.key)
    for part in (database, readings._database):
        async with part.writing() as connection:
            for table in ("audit", "api_key", "reading"):
                await connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
    service = replace(site.service, database=database, log=AuditLog(database), readings=readings)
    known = replace(service, keys=keys)
    async with client_of(known, made.key) as admin, client_of(known, "wk_00_00") as stranger:
        yield HttpSite(service=known, nobody=stranger, technician=admin, operator=admin, admin=admin)
    await readings.close()
    await database.close()


@pytest.mark.parametrize("path", [*REVIEWS, "/v1/devices/dewar-3/readings?measurement=level_pct"])
async def test_a_database_that_fails_is_said_so(broken: HttpSite, path: str, caplog: pytest.LogCaptureFixture) -> None:
    problem = problem_of(await broken.admin.get(path), 503, "database")
    assert "SELECT" not in problem["detail"]
    assert "no such table" in caplog.text


async def test_keys_that_cannot_be_checked_are_not_wrong_keys(broken: HttpSite) -> None:
    problem_of(await broken.nobody.get("/v1/devices"), 503, "database")


async def test_what_needs_no_database_goes_on_without_it(broken: HttpSite) -> None:
    assert (await broken.admin.get("/v1/devices")).status_code == 200
    reply = (await broken.admin.post("/v1/utterances", json={"text": "status of valve one"})).json()
    assert reply["status"] == "answered"


class BrokenLog(AuditLog):
    """A log with a mistake in it."""

    async def page(self, *_: object, **__: object) -> NoReturn:
        """Fail in a way that nobody foresaw."""
        raise ZeroDivisionError("secret detail")


async def test_a_mistake_of_ours_is_a_problem_without_its_trace(
    site: HttpSite, caplog: pytest.LogCaptureFixture
) -> None:
    service = replace(site.service, log=BrokenLog(site.service.database))
    key = site.admin.headers["Authorization"].removeprefix("Bearer ")
    async with client_of(service, key) as admin:
        response = await admin.get("/v1/audit")
    problem_of(response, 500, "internal_error")
    assert "secret" not in response.text
    assert "ZeroDivisionError: secret detail" in caplog.text
    assert {record.levelno for record in caplog.records if record.name.startswith("app.api")} == {logging.ERROR}
    for name, value in SAFE_HEADERS.items():
        assert response.headers[name] == value


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/v2/utterances", 404, "not_found"),
        ("GET", "/docs/../../etc/passwd", 404, "not_found"),
        ("GET", "/docs/%2e%2e%2f__init__.py", 404, "not_found"),
        ("GET", "/v1/utterances", 405, "method_not_allowed"),
        ("DELETE", "/v1/audit", 405, "method_not_allowed"),
        ("POST", "/v1/devices/dewar-3", 405, "method_not_allowed"),
    ],
)
async def test_an_address_or_method_that_does_not_exist_is_a_problem(
    site: HttpSite, method: str, path: str, status: int, code: str
) -> None:
    response = await site.admin.request(method, path)
    problem_of(response, status, code)
    assert (status == 405) == ("allow" in response.headers)


@pytest.mark.parametrize("path", ["/healthz", "/v1/devices", "/v1/audit.csv", "/nothing", "/metrics", "/openapi.json"])
async def test_every_response_has_headers_that_keep_browsers_from_guessing(site: HttpSite, path: str) -> None:
    for client in (site.admin, site.nobody):
        response = await client.get(path)
        for name, value in SAFE_HEADERS.items():
            assert response.headers[name] == value, (path, name)
    large = await site.operator.post("/v1/utterances", content=bytes(100_000))
    assert large.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_documents_come_from_this_machine(site: HttpSite) -> None:
    page = await site.nobody.get("/docs")
    assert "http" not in page.text.replace("http://wanwan.test", "")
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/{name}" in page.text
        asset = await site.nobody.get(f"/docs/{name}")
        assert asset.status_code == 200
        assert asset.headers["x-content-type-options"] == "nosniff"
        assert not asset.headers["content-type"].startswith("application/octet-stream")
