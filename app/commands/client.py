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
    return os.environ.get("WANWAN_URL") or f"http://{settings.host}:{settings.port}"


def call(method: str, path: str, **arguments: Any) -> httpx.Response:
    """Send one request with the key of WANWAN_API_KEY.

    Raises `ServiceMissingError` when nothing answers, `ServiceAnswerError` with the service's own sentence when it
    refuses.
    """
    key = os.environ.get("WANWAN_API_KEY", "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = base_url()
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=ANSWER_TIMEOUT_S) as client:
            response = client.request(method, path, **arguments)
    except httpx.HTTPError as exc:
        raise ServiceMissingError(
            f"no service answers at {url} ({exc}); start one with 'wanwan serve', or set WANWAN_URL"
        ) from exc
    if response.is_error:
        try:
            detail = response.json()["detail"]
        except (ValueError, KeyError, TypeError):
            detail = f"HTTP {response.status_code}"
        remedy = " (set WANWAN_API_KEY)" if response.status_code == httpx.codes.UNAUTHORIZED and not key else ""
        raise ServiceAnswerError(f"{detail}{remedy}")
    return response
