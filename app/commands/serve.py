"""`wanwan serve`: run the service until it is told to stop."""

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn

from app.api.listen import SERVER_OPTIONS
from app.commands.exits import fail
from app.config import Settings
from app.main import create_app
from app.service import TURN_END_TIMEOUT_S, run_service


def serve(
    host: Annotated[str | None, typer.Option(help="Address to serve on; by default WANWAN_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to serve on, 0 for a free one; by default WANWAN_PORT.")
    ] = None,
) -> None:
    """Run the service: HTTP, the plant, speech. Ends on Ctrl-C, when the commands under way have their outcome."""
    settings = Settings()
    settings.host = host or settings.host
    settings.port = settings.port if port is None else port
    logging.getLogger().setLevel(settings.log_level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells at length of databases that are as they should be
    listener = _listen(settings.host, settings.port)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{listener.getsockname()[1]}"
    with listener:
        asyncio.run(_serve(settings, listener, address))


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else starts, so that a port in use is one clear sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as exc:
        listener.close()
        fail(
            f"cannot serve on {host}:{port}: {exc.strerror}; stop what listens there, "
            "or choose another port with --port or WANWAN_PORT"
        )
    return listener


async def _serve(settings: Settings, listener: socket.socket, address: str) -> None:
    async with run_service(settings) as service:
        config = uvicorn.Config(
            create_app(service=service),
            log_level=settings.log_level,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=int(TURN_END_TIMEOUT_S),
            **SERVER_OPTIONS,
        )
        server = uvicorn.Server(config)
        listener.listen()  # so that whoever reads the next line can connect at once
        typer.echo(f"wanwan: serving on {address} (try {address}/docs)", err=True)
        with _signals_only_end_the_server():
            await server.serve(sockets=[listener])


@contextmanager
def _signals_only_end_the_server() -> Iterator[None]:
    """Let a signal that ended the server do no more: it raises it once again, which would end the process at once.

    The commands under way still need their outcome, and the log its last rows.
    """
    loop, numbers = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, lambda: None)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
