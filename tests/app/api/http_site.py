"""A running site and the clients that talk to it over HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from app.api.listen import SERVER_OPTIONS
from app.main import create_app
from app.service import Service
from tests.devices.until import until


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSite:
    """A service with a client for each role; all share one application."""

    service: Service
    nobody: httpx.AsyncClient
    """Sends no key."""
    technician: httpx.AsyncClient
    operator: httpx.AsyncClient
    admin: httpx.AsyncClient

    async def say(self, text: str, **fields: object) -> dict[str, Any]:
        """Say something as the operator and return the reply."""
        response = await self.operator.post("/v1/utterances", json={"text": text, **fields})
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        return reply

    async def steps(self, turn_id: str) -> list[str]:
        """Return the recorded steps of a turn."""
        return [row.entry.step.value for row in await self.service.log.turn(turn_id)]

    async def commands(self) -> int:
        """Return how many commands were ever recorded."""
        page = await self.service.log.page(limit=1000)
        return sum(row.entry.step.value == "commanded" for row in page.entries)


@asynccontextmanager
async def http_site(service: Service) -> AsyncIterator[HttpSite]:
    """Serve `service` in this process."""
    clients = {"nobody": client_of(service)}
    for role in ("technician", "operator", "admin"):
        made = await service.keys.create(f"{role} hana", role)
        clients[role] = client_of(service, made.key)
    try:
        yield HttpSite(service=service, **clients)
    finally:
        for client in clients.values():
            await client.aclose()


def client_of(service: Service, key: str | None = None) -> httpx.AsyncClient:
    """Return a client of an application around `service`; a mistake in it is a response, as over a network."""
    transport = httpx.ASGITransport(app=create_app(service=service), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.AsyncClient(transport=transport, base_url="http://wanwan.test", headers=headers, timeout=30)


def problem_of(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return a response's problem, having seen that it is a whole one with this status and code."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["code"] == code, problem
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"].endswith((".", "?", "!", "。", ")")), problem
    assert "Traceback" not in response.text
    return problem


@asynccontextmanager
async def listening(service: Service) -> AsyncIterator[str]:
    """Serve `service` on a real port; give the URL."""
    config = uvicorn.Config(
        create_app(service=service), log_config=None, access_log=False, lifespan="off", **SERVER_OPTIONS
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]), name="test: uvicorn")
        try:
            await until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
