"""The HTTP application: wiring and lifespan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from app.api import audit, devices, health, utterances
from app.api.problems import install_problem_handlers
from app.config import Settings
from app.service import Service, run_service


def create_app(settings: Settings | None = None, *, service: Service | None = None) -> FastAPI:
    """Return the application.

    With `service`, it serves one that is running already; else its lifespan starts one with `settings`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if service is not None:
            app.state.service = service
            yield
            return
        async with run_service(settings or Settings()) as own:
            app.state.service = own
            yield

    app = FastAPI(
        title="WAN-WAN",
        version=version("wanwan"),
        summary="Hands-free voice for helium recovery plants.",
        lifespan=lifespan,
    )
    install_problem_handlers(app)
    for module in (utterances, devices, audit, health):
        app.include_router(module.router)
    return app
