"""The broker of the demo and of tests: amqtt, in this process. A site runs Mosquitto (`deploy/mosquitto`).

It runs in a thread with an event loop of its own, so that neither side can hold up the other. Its password check
(argon2) would block it for 0.44 s a connection; a random token, compared in constant time, is as good for what never
leaves this machine. Limits that make it no broker for a site: retained messages are lost when it stops, and what waits
for a slow subscriber has no bound.
"""

import asyncio
import hmac
import logging
import secrets
import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from devices.errors import BrokerError

_HOST: Final = "127.0.0.1"
_START_TIMEOUT_S: Final = 10.0
_STOP_TIMEOUT_S: Final = 2.0
_LET_IN_S: Final = 0.05
"""asyncio takes a few turns of its loop from accepting a connection to telling of it; a close between would leak it."""
USERNAME: Final = "wanwan"
"""What every client of the embedded broker calls itself."""


class TokenAuthentication(BaseAuthPlugin):  # type: ignore[misc]  # amqtt is untyped to mypy
    """Lets in who knows the token of this broker (amqtt makes one for each broker, from the broker's settings)."""

    @dataclass
    class Config:
        """What amqtt hands to the plugin."""

        token: str

    async def authenticate(self, *, session: Session) -> bool:
        """Tell whether a client may connect."""
        password = session.password or ""
        return session.username == USERNAME and hmac.compare_digest(password.encode(), self.config.token.encode())


class _TidyBroker(Broker):  # type: ignore[misc]  # amqtt is untyped to mypy
    """Ends every connection it was given; amqtt leaves those open that never said who they are."""

    def __init__(self, config: dict[str, object]) -> None:
        super().__init__(config)
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections[task] = writer
            task.add_done_callback(self._connections.pop)
        try:
            await super().stream_connected(reader, writer, listener_name)
        finally:
            writer.close()

    async def shutdown(self) -> None:
        # The connections first: amqtt cancels whoever reads from them and waits for that without end, but on Python
        # 3.11 `asyncio.wait_for` may swallow the cancellation.
        await asyncio.sleep(_LET_IN_S)
        await self._cut_off()
        await super().shutdown()
        await self._cut_off()

    async def _cut_off(self) -> None:
        for writer in self._connections.values():
            writer.close()
        if self._connections:
            await asyncio.wait(set(self._connections), timeout=_STOP_TIMEOUT_S)


class EmbeddedBroker:
    """A broker on 127.0.0.1 of this process; use it in `with`, or `start` and `stop` it. MQTT 3.1.1 only."""

    def __init__(self, port: int = 0, token: str | None = None) -> None:
        self._wanted_port = port
        self.token = token or secrets.token_urlsafe(24)
        """What a client gives as password."""
        self.username = USERNAME
        self.host = _HOST
        self.port = port
        """Where it listens; a free port is chosen at `start` if it was 0."""
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        """Stop it."""
        self.stop()

    def start(self) -> None:
        """Listen; returns once clients can connect. Raises `BrokerError` if the port is in use or not ours to open."""
        _refuse_taken_port(self._wanted_port)
        started: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, args=(started,), name="embedded broker", daemon=True)
        self._thread.start()
        try:
            self.port = started.result(timeout=_START_TIMEOUT_S)
        except Exception as exc:
            self._thread.join(_START_TIMEOUT_S)
            raise BrokerError(f"the embedded broker cannot start on {_HOST}:{self._wanted_port}: {exc}") from exc

    def stop(self) -> None:
        """Disconnect every client and stop listening; returns once that is done. Does nothing if it is not running."""
        if self._thread is None or self._loop is None or self._stop is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_START_TIMEOUT_S)
        self._thread = self._loop = self._stop = None

    def _run(self, started: "Future[int]") -> None:
        try:
            asyncio.run(self._serve(started))
        except Exception as exc:
            if started.done():
                raise
            started.set_exception(exc)

    async def _serve(self, started: "Future[int]") -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.WARNING)  # at INFO they tell of every packet
        broker = _TidyBroker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"{_HOST}:{self._wanted_port}"}},
                "plugins": {f"{__name__}.{TokenAuthentication.__name__}": {"token": self.token}},
            }
        )
        await broker.start()
        try:
            (listening,) = broker._servers["default"].instance.sockets  # noqa: SLF001  # amqtt does not tell the port
            started.set_result(int(listening.getsockname()[1]))
            await self._stop.wait()
        finally:
            await broker.shutdown()


def _refuse_taken_port(port: int) -> None:
    """Try the port first, since amqtt's own message is a page long."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except (OSError, OverflowError) as exc:
            cause = exc.strerror if isinstance(exc, OSError) else exc
            raise BrokerError(
                f"the embedded broker cannot listen on {_HOST}:{port}: {cause}; "
                "stop what listens there, or choose another port"
            ) from exc
