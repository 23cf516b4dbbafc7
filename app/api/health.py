"""Whether the service lives, whether it can do its work, and its figures."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.api.deps import ServiceDep
from app.api.problems import problems
from app.metrics import exposition

router = APIRouter(tags=["health"], responses=problems())


class HearingOut(BaseModel):
    """How one language is heard."""

    language: str
    engine: str | None
    """None where sentences can only be typed."""
    reason: str
    is_learning: bool
    """Just after the start: spoken sentences wait until the plant's sentences are learned."""


class ReadyOut(BaseModel):
    """What works now."""

    is_ready: bool
    is_plant_connected: bool
    is_audit_writable: bool
    hearing: list[HearingOut]
    speech_out: bool


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Answer as long as the process lives."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"model": ReadyOut, "description": "Not ready"}})
async def readyz(service: ServiceDep, response: Response) -> ReadyOut:
    """Tell what works; 503 while the plant cannot be reached or the log cannot be written."""
    is_connected, is_writable = service.bus.is_connected, service.audit.failure is None
    if not (is_connected and is_writable):
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return ReadyOut(
        is_ready=is_connected and is_writable,
        is_plant_connected=is_connected,
        is_audit_writable=is_writable,
        hearing=[
            HearingOut(
                language=state.language,
                engine=state.engine,
                reason=state.reason,
                is_learning=service.hearing.is_learning(state.language),
            )
            for state in service.hearing.states
        ],
        speech_out=service.voice is not None,
    )


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(service: ServiceDep) -> Response:
    """Return figures for Prometheus."""
    body, media_type = exposition(service.bus.is_connected)
    return Response(body, media_type=media_type)
