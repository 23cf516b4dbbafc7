"""The command line's way to a running service: its HTTP interface, like any other program's."""

import os
from typing import Any

import httpx

from app.config import Settings
from app.errors import ServiceAnswerError, ServiceMissingError

ANSWER_TIMEOUT_S = 120.0
"""A compressor may take half a minute to prove that it runs."""


def base_url() -> str:
    """Return where the service is: WANWAN_URL, else this machine's own."""
    settings = Settings()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return os.environ.get("WANWAN_URL") or f"http://{host}:{settings.port}"


def call(method: str, path: str, **arguments: Any) -> httpx.Response:
    """Send one request with the key of WANWAN_API_KEY.

    Raises `ServiceMissingError` when nothing answers, `ServiceAnswerError` with the service's own sentence when it
    refuses.
    """
    key = os.environ.get("WANWAN_API_KEY", "").strip()
    if not key.isascii():
        raise ServiceAnswerError("WANWAN_API_KEY is no key; make one with 'wanwan keys create'")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = base_url()
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=ANSWER_TIMEOUT_S) as client:
            response = client.request(method, path, **arguments)
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        why = str(exc) or type(exc).__name__
        raise ServiceMissingError(
            f"no service answers at {url} ({why}); start one with 'wanwan serve', or set WANWAN_URL"
        ) from exc
    if response.is_error:
        raise ServiceAnswerError(_why(response, has_key=bool(key)))
    return response


def _why(response: httpx.Response, *, has_key: bool) -> str:
    try:
        detail = str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"{response.url} answered HTTP {response.status_code}, not as our service would."
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return f"{detail.removesuffix('.')}; {'WANWAN_API_KEY is set' if has_key else 'set it as WANWAN_API_KEY'}"
    return detail
