"""Errors over HTTP: problem+json (RFC 9457), one clear sentence each, never a stack trace."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException as StarletteHTTPException

from app.api.response_headers import SAFE_HEADERS
from models.errors import BadCursorError, DatabaseError, ModelsError

logger = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
_LONGEST_PLACE = 100
"""Characters of what was sent that a problem names."""


class Problem(BaseModel):
    """What went wrong, as RFC 9457 says it."""

    type: str = "about:blank"
    title: str
    """The status in words."""
    status: int
    detail: str
    """What was asked, what was found and the remedy, for the person who integrates."""
    code: str
    """Stable, for programs."""
    turn_id: str | None = None
    """The turn in the audit log, where somebody had spoken."""
    speech: str | None = None
    """What to say to the person, where somebody had spoken."""


class ProblemError(HTTPException):
    """Raised by a route to answer with a problem."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        *,
        turn_id: str | None = None,
        speech: str | None = None,
    ) -> None:
        """`detail`: one sentence with the remedy."""
        headers = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
        super().__init__(status_code=status, detail=detail, headers=headers)
        self.code = code
        self.turn_id = turn_id
        self.speech = speech


def problems(*statuses: int) -> dict[int | str, dict[str, object]]:
    """Return the problems a route may answer with, for OpenAPI; 500 is added, as no program is without mistakes."""
    return {status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in sorted({*statuses, 500})}


KEYED = (401, 403, 422, 503)
"""The problems of every route that needs a key."""


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a problem as it is sent; what cannot be written as UTF-8 is replaced."""
    problem.detail = problem.detail.encode(errors="replace").decode()
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={**SAFE_HEADERS, **(headers or {})},
    )


def _problem(status: HTTPStatus, code: str, detail: str) -> JSONResponse:
    return problem_response(Problem(title=status.phrase, status=status, detail=detail, code=code))


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of the application a problem+json."""

    @app.exception_handler(StarletteHTTPException)
    async def on_http(_request: Request, exc: StarletteHTTPException) -> JSONResponse:
        status = HTTPStatus(exc.status_code)
        if isinstance(exc, ProblemError):
            code, detail, turn_id, speech = exc.code, str(exc.detail), exc.turn_id, exc.speech
        else:
            code, detail = _WORDS.get(status, (status.phrase.lower().replace(" ", "_"), f"{exc.detail}."))
            turn_id = speech = None
        problem = Problem(title=status.phrase, status=status, detail=detail, code=code, turn_id=turn_id, speech=speech)
        return problem_response(problem, dict(exc.headers) if exc.headers else None)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_request: Request, exc: RequestValidationError) -> JSONResponse:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"])[:_LONGEST_PLACE]
        why = first.get("ctx", {}).get("error") if first["type"] == "json_invalid" else None
        detail = f"{where}: {first['msg']}{f' ({why})' if why else ''}. The fields and their ranges are at /docs."
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", detail)

    @app.exception_handler(ModelsError)
    async def on_models(request: Request, exc: ModelsError) -> JSONResponse:
        if isinstance(exc, BadCursorError):
            return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, exc.code, f"{exc}.")
        logger.error("%s %s: %s", request.method, request.url.path, exc)
        what = "database" if isinstance(exc, DatabaseError) else "log"
        detail = f"The {what} cannot be used now; try again, and look at the service's own log if it stays so."
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, exc.code, detail)

    @app.exception_handler(Exception)
    async def on_bug(request: Request, exc: Exception) -> JSONResponse:
        logger.error("unhandled error at %s", request.url.path, exc_info=exc)
        detail = "The service made a mistake; nothing was sent to the plant. Its log has the details."
        return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", detail)


_WORDS: dict[HTTPStatus, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: ("body_unreadable", "The body cannot be read: send JSON in UTF-8."),
    HTTPStatus.NOT_FOUND: ("not_found", "There is nothing at this address; /docs lists what there is."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", "This address does not take this method; see /docs."),
}
"""What the framework refuses by itself: code and sentence."""
