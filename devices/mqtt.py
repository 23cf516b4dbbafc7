"""MQTT through aiomqtt (on paho): the only module that imports them.

Measured on Mosquitto 2.0.11: without TCP_NODELAY a command's round trip is 88 ms instead of 0.21 ms. Paho keeps a
QoS 1 message that it could not send and delivers it after reconnecting, however late; so each connection here is a
client of its own, and what a lost one still held is dropped with it.
"""

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import aiomqtt

from devices.clock import Clock
from devices.errors import PlantUnreachableError, PublishUnconfirmedError
from devices.link import LinkDown, LinkEvent, LinkUp, Message, Will

_LOG: Final = logging.getLogger(__name__)
_FIRST_RETRY_S: Final = 0.2
_LAST_RETRY_S: Final = 2.0
"""Longest pause between attempts: a broker that returns is noticed within 3 s, connecting included."""
_INCOMING_LIMIT: Final = 10_000
"""Messages that wait for us; beyond it the newest is dropped and counted, so that a flood cannot fill the memory."""


class Version(StrEnum):
    """Versions of the protocol that the contract works with."""

    V3 = "3.1.1"
    V5 = "5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Encryption, and who we are."""

    ca_file: Path | None = None
    """Certificates that the broker's must come from; the system's if None."""
    certificate_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """Where the broker is and how to speak to it."""

    host: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    password: str | None = None
    client_id: str | None = None
    """A random one if None. Two clients with one id throw each other out."""
    version: Version = Version.V3
    keepalive_s: int = 10
    """The broker calls us gone 1.5 times this after we fell silent; we notice a frozen broker after about twice."""
    connect_timeout_s: float = 5.0
    """How long to wait for the broker to answer when connecting and subscribing."""
    publish_timeout_s: float = 5.0
    """How long to wait for the broker to confirm a message."""
    tls: Tls | None = None


class MqttLink:
    """A connection to a broker that comes back by itself (implements `devices.link.Link`)."""

    def __init__(self, settings: MqttSettings, clock: Clock, will: Will | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._will = will
        self._client: aiomqtt.Client | None = None
        self._lost: asyncio.Future[None] | None = None
        """Cancelled once the connection of `_client` is gone."""

    @property
    def is_connected(self) -> bool:
        """Whether a message published now would leave this machine."""
        return self._client is not None

    async def publish(self, topic: str, payload: bytes, *, is_retained: bool = False) -> None:
        """Publish with QoS 1 and wait until the broker has it (see `Link.publish`)."""
        client, lost = self._client, self._lost
        if client is None or lost is None:
            raise PlantUnreachableError(f"not connected to the broker at {self._address}; {topic} was not sent")
        timeout_s = self._settings.publish_timeout_s
        sent = asyncio.create_task(
            client.publish(topic, payload, qos=1, retain=is_retained, timeout=timeout_s), name=f"mqtt: publish {topic}"
        )
        try:
            await asyncio.wait({sent, lost}, return_when=asyncio.FIRST_COMPLETED)
            if not sent.done():
                raise PublishUnconfirmedError(f"the connection to {self._address} was lost while {topic} was sent")
            sent.result()
        except aiomqtt.MqttCodeError as exc:
            raise PlantUnreachableError(f"the broker at {self._address} is gone, {topic} was not sent") from exc
        except aiomqtt.MqttError as exc:
            raise PublishUnconfirmedError(
                f"the broker at {self._address} did not confirm {topic} within {timeout_s:g} s"
            ) from exc
        finally:
            sent.cancel()

    async def events(self, filters: Sequence[str]) -> AsyncGenerator[LinkEvent, None]:
        """Stay connected and subscribed, and yield what happens (see `Link.events`)."""
        retry_s = _FIRST_RETRY_S
        while True:
            reason = "closed"
            try:
                async with self._connection() as client:
                    if filters:
                        await client.subscribe([(name, 1) for name in filters])
                    self._client, self._lost = client, asyncio.get_running_loop().create_future()
                    retry_s = _FIRST_RETRY_S
                    _LOG.info("connected to the broker at %s", self._address)
                    yield LinkUp()
                    async for message in client.messages:
                        # amqtt hands a new client what it keeps for the subscriptions of others, too.
                        if any(message.topic.matches(name) for name in filters):
                            yield _message_of(message)
            except aiomqtt.MqttError as exc:
                reason = str(exc)
            finally:
                self._client = None
                if self._lost is not None:
                    self._lost.cancel()
            _LOG.warning("no connection to the broker at %s: %s; next attempt in %g s", self._address, reason, retry_s)
            yield LinkDown(reason=reason, retry_in_s=retry_s)
            await self._clock.sleep(retry_s)
            retry_s = min(retry_s * 2, _LAST_RETRY_S)

    @property
    def _address(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiomqtt.Client]:
        client = self._new_client()
        client.pending_calls_threshold = _INCOMING_LIMIT  # it warns of ten messages under way, a plant has hundreds
        connecting = asyncio.create_task(client.__aenter__(), name=f"mqtt: connect to {self._address}")
        try:
            await asyncio.shield(connecting)
            yield client
        finally:
            # A thread connects and cannot be stopped: whoever cancels us waits for it, or its socket would leak.
            await asyncio.wait({connecting})
            if not connecting.cancelled() and connecting.exception() is None:
                with contextlib.suppress(aiomqtt.MqttError):
                    await client.__aexit__(None, None, None)
            _release(client)

    def _new_client(self) -> aiomqtt.Client:
        settings, tls, will = self._settings, self._settings.tls, self._will
        return aiomqtt.Client(
            settings.host,
            settings.port,
            username=settings.username,
            password=settings.password,
            identifier=settings.client_id or f"wanwan-{secrets.token_hex(6)}",
            protocol=aiomqtt.ProtocolVersion.V5 if settings.version is Version.V5 else aiomqtt.ProtocolVersion.V311,
            will=None if will is None else aiomqtt.Will(will.topic, will.payload, qos=1, retain=True),
            timeout=settings.connect_timeout_s,
            keepalive=settings.keepalive_s,
            max_queued_incoming_messages=_INCOMING_LIMIT,
            tls_params=None
            if tls is None
            else aiomqtt.TLSParameters(
                ca_certs=_text(tls.ca_file), certfile=_text(tls.certificate_file), keyfile=_text(tls.key_file)
            ),
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )


def _release(client: aiomqtt.Client) -> None:
    """Let go of what aiomqtt keeps of a connection that was never made or ended badly: its socket, task and error."""
    client._client._reset_sockets()  # noqa: SLF001
    ended = client._disconnected  # noqa: SLF001
    if ended.done() and not ended.cancelled():
        ended.exception()  # seen, or asyncio logs that nobody ever looked


def _message_of(message: aiomqtt.Message) -> Message:
    payload = message.payload if isinstance(message.payload, bytes) else str(message.payload).encode()
    return Message(topic=str(message.topic), payload=payload, is_retained=bool(message.retain))


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
