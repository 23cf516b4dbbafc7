"""The HTTP application: wiring and lifespan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from app.api import audit, devices, docs, health, listen, utterances
from app.api.body_limit import BodyLimit
from app.api.problems import install_problem_handlers
from app.api.response_headers import ResponseHeaders
from app.config import Settings
from app.service import Service, run_service


def create_app(settings: Settings | None = None, *, service: Service | None = None) -> FastAPI:
    """Return the application.

    With `service`, it serves one that is running already; else its lifespan starts one with `settings`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if service is not None:
            yield
            return
        async with run_service(settings or Settings()) as own:
            app.state.service = own
            yield

    app = FastAPI(
        title="WAN-WAN",
        version=version("wanwan"),
        summary="Hands-free voice for helium recovery plants.",
        description="Every route under /v1 needs a key (`wanwan keys create`) as `Authorization: Bearer KEY`.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    install_problem_handlers(app)
    for module in (utterances, listen, devices, audit, health, docs):
        app.include_router(module.router)
    docs.describe(app)
    if service is not None:
        app.state.service = service
    app.add_middleware(BodyLimit, except_for=[utterances.AUDIO_PATH])
    app.add_middleware(ResponseHeaders)
    return app
