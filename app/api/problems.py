"""Errors over HTTP: problem+json (RFC 9457), one clear sentence each, never a stack trace."""

import logging
from datetime import datetime
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException as StarletteHTTPException

logger = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong, as RFC 9457 says it."""

    type: str = "about:blank"
    title: str
    """The status in words."""
    status: int
    detail: str
    """One sentence with the remedy."""
    code: str
    """Stable, for programs."""
    turn_id: str | None = None
    """The turn in the audit log, where somebody had spoken."""


class ProblemError(HTTPException):
    """Raised by a route to answer with a problem."""

    def __init__(self, status: HTTPStatus, code: str, detail: str, turn_id: str | None = None) -> None:
        """`detail`: one sentence with the remedy."""
        headers = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
        super().__init__(status_code=status, detail=detail, headers=headers)
        self.code = code
        self.turn_id = turn_id


PROBLEM_RESPONSES: dict[int | str, dict[str, object]] = {
    code: {"model": Problem, "description": HTTPStatus(code).phrase}
    for code in (400, 401, 403, 404, 413, 415, 422, 503)
}
"""The problems any route may answer with, for OpenAPI."""


def _response(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=headers,
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of the application a problem+json."""

    @app.exception_handler(StarletteHTTPException)
    async def on_http(_request: Request, exc: StarletteHTTPException) -> JSONResponse:
        status = HTTPStatus(exc.status_code)
        return _response(
            Problem(
                title=status.phrase,
                status=status,
                detail=str(exc.detail),
                code=getattr(exc, "code", status.phrase.lower().replace(" ", "_")),
                turn_id=getattr(exc, "turn_id", None),
            ),
            dict(exc.headers) if exc.headers else None,
        )

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_request: Request, exc: RequestValidationError) -> JSONResponse:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        detail = f"{where}: {first['msg']}. The fields and their ranges are at /docs."
        return _response(Problem(title=status.phrase, status=status, detail=detail, code="invalid_request"))

    @app.exception_handler(Exception)
    async def on_bug(request: Request, exc: Exception) -> JSONResponse:
        logger.error("unhandled error at %s", request.url.path, exc_info=exc)
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        detail = "The service made a mistake; nothing was sent to the plant. Its log has the details."
        return _response(Problem(title=status.phrase, status=status, detail=detail, code="internal_error"))


def require_zone(**moments: datetime | None) -> None:
    """Refuse times without a zone: nobody may guess which one was meant."""
    for name, moment in moments.items():
        if moment is not None and moment.tzinfo is None:
            raise ProblemError(
                HTTPStatus.UNPROCESSABLE_ENTITY, "time_without_zone", f"{name} needs a time zone: 2026-11-22T09:00:00Z."
            )
