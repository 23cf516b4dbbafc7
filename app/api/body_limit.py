"""How much a request may send: refused at the first byte too many, and never kept in memory beyond it."""

from collections.abc import Collection
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import Problem, ProblemError, problem_response

MAX_JSON_BYTES = 65_536
"""A sentence has 0.1 kB; the longest text that is judged at all (10,000 characters) has at most 60 kB as JSON."""

_STATUS = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
_CODE = "body_too_large"


class BodyLimit:
    """Refuses larger bodies with 413, except at addresses that see to it themselves."""

    def __init__(self, app: ASGIApp, *, limit: int = MAX_JSON_BYTES, except_for: Collection[str] = ()) -> None:
        """`limit`: bytes. `except_for`: paths."""
        self._app = app
        self._limit = limit
        self._except_for = frozenset(except_for)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge by the length that is announced, and where none is, by what arrives."""
        if scope["type"] != "http" or scope["path"] in self._except_for:
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self._limit:
            problem = Problem(title=_STATUS.phrase, status=_STATUS, detail=self._detail, code=_CODE)
            await problem_response(problem)(scope, receive, send)
            return
        taken, is_answering = 0, False

        async def receive_within_limit() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken <= self._limit:
                return message
            if is_answering:
                return {"type": "http.disconnect"}
            raise ProblemError(_STATUS, _CODE, self._detail)

        async def send_and_note(message: Message) -> None:
            nonlocal is_answering
            is_answering = True
            await send(message)

        await self._app(scope, receive_within_limit, send_and_note)

    @property
    def _detail(self) -> str:
        return f"A body may have {self._limit} bytes; send one sentence at a time."
