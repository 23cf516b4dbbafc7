"""The pages about the interface: Swagger UI from this machine, as plant networks have no internet."""

from collections.abc import Mapping
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse, HTMLResponse

from app.api.problems import PROBLEM_JSON, Problem, ProblemError

router = APIRouter(include_in_schema=False)

_FOLDER = Path(str(files("fastapi_offline"))) / "static"
_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon.png": "image/png"}
_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; connect-src 'self'; script-src 'self' 'unsafe-inline'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    )
}
"""The page starts Swagger UI with a script of its own."""
_ASSET_HEADERS = {"Cache-Control": "max-age=3600"}


@router.get("/docs")
async def show_docs() -> HTMLResponse:
    """Return the page."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="WAN-WAN",
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="/docs/favicon.png",
        swagger_ui_parameters={"persistAuthorization": True},
    )
    page.headers.update(_PAGE_HEADERS)
    return page


@router.get("/docs/{name}")
async def get_asset(name: str) -> FileResponse:
    """Return a file that the page needs."""
    if name not in _ASSETS:
        raise ProblemError(HTTPStatus.NOT_FOUND, "not_found", "There is nothing at this address; see /docs.")
    return FileResponse(_FOLDER / name, media_type=_ASSETS[name], headers=_ASSET_HEADERS)


def describe(app: FastAPI) -> None:
    """Let the application's OpenAPI say that problems come as problem+json, which FastAPI has no word for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=app.description,
                routes=app.routes,
            )
            for path in described["paths"].values():
                for operation in path.values():
                    _say_problem_json(operation["responses"])
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _say_problem_json(responses: Mapping[str, dict[str, Any]]) -> None:
    for response in responses.values():
        content = response.get("content", {})
        for media_type, described in list(content.items()):
            if str(described.get("schema", {}).get("$ref", "")).endswith(f"/{Problem.__name__}"):
                content[PROBLEM_JSON] = content.pop(media_type)
