"""The description of the interface says what really comes."""

from typing import Any

import pytest

from app.main import create_app
from tests.app.api.test_access import ACCESS

SCHEMA = create_app().openapi()
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
}


def test_every_route_but_the_documents_is_described() -> None:
    undescribed = ("GET /docs", "GET /openapi", "WEBSOCKET")  # OpenAPI knows no WebSockets
    assert set(OPERATIONS) == {route for route in ACCESS if not route.startswith(undescribed)}


@pytest.mark.parametrize("route", OPERATIONS)
def test_every_problem_of_a_route_is_described_as_problem_json(route: str) -> None:
    responses = OPERATIONS[route]["responses"]
    expected = {"500"}
    if ACCESS[route] != "anyone":
        expected |= {"401", "403", "422", "503"}
    if route.startswith("POST"):
        expected |= {"413"}
    if "{device_id}" in route:
        expected |= {"404"}
    assert expected <= set(responses)
    for status, response in responses.items():
        if int(status) >= 400 and (route, status) != ("GET /readyz", "503"):
            assert list(response["content"]) == ["application/problem+json"], status
            assert response["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")


@pytest.mark.parametrize("route", OPERATIONS)
def test_every_route_and_its_parts_are_explained(route: str) -> None:
    operation = OPERATIONS[route]
    assert len(operation["description"]) > 20
    assert bool(operation.get("security")) == (ACCESS[route] != "anyone")


def test_the_frameworks_own_error_form_is_nowhere() -> None:
    assert "HTTPValidationError" not in str(SCHEMA)
