"""The simulated plant on a broker: a connection for each device, with its own will, as hardware has it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from devices.errors import PlantUnreachableError, PublishUnconfirmedError
from devices.link import Link, LinkDown, LinkUp, Message, Will
from devices.payload import Status, encode_status
from devices.simulator.field_device import FieldDevice
from devices.simulator.simulation import Simulation
from devices.topics import Channel, topic_of

_LOG: Final = logging.getLogger(__name__)
_TICK_S: Final = 0.25
"""How often the plant moves on; commands are answered at once, between two ticks."""
_FAREWELL_S: Final = 2.0
"""How long an orderly exit waits for the broker to take the last status."""

LinkMaker = Callable[[Will], Link]
"""Makes one connection with its will."""


@dataclass(slots=True, kw_only=True)
class _Port:
    """A device and its connection."""

    device: FieldDevice
    link: Link
    site: str
    something_to_send: asyncio.Event = field(default_factory=asyncio.Event)
    is_presented: asyncio.Event = field(default_factory=asyncio.Event)
    """Its first state and its status are with the broker."""
    log_level: int
    """Of lost connections: one device speaks for all, since they share a broker."""
    is_down: bool = False
    """A lost connection was reported, the attempts after it are not."""
    is_leaving: bool = False
    """An orderly exit is under way; only the farewell is sent."""
    said: Status | None = None
    """What this connection has said of itself; None when it is new."""

    @property
    def name(self) -> str:
        return self.device.device.device_id

    @property
    def status(self) -> Status:
        return Status.OFFLINE if self.device.is_silent else Status.ONLINE

    def topic(self, channel: Channel) -> str:
        return topic_of(self.site, self.name, channel)


async def serve(
    simulation: Simulation,
    make_link: LinkMaker,
    *,
    stop: asyncio.Event,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Run the plant until `stop` is set, then say that every device is offline and disconnect.

    `on_ready` is called once, when the broker has the state of every device. Connections that are lost come back by
    themselves; replies that could not be sent meanwhile are dropped, states are sent anew.
    """
    site = simulation.plant.site.site_id
    ports = [
        _port(device, site, make_link, logging.INFO if index else logging.WARNING)
        for index, device in enumerate(simulation.devices.values())
    ]
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(_converse(port), name=f"simulator-{port.name}") for port in ports]
        running.append(tasks.create_task(_run(simulation, ports), name="simulator-plant"))
        if on_ready is not None:
            running.append(tasks.create_task(_announce(ports, on_ready), name="simulator-ready"))
        await stop.wait()
        # Nobody may say online after the farewell, so the writers fall silent first; the connections stay for it.
        for port in ports:
            port.is_leaving = True
        await asyncio.gather(*(_say_farewell(port) for port in ports))
        for task in running:
            task.cancel()


def _port(device: FieldDevice, site: str, make_link: LinkMaker, log_level: int) -> _Port:
    topic = topic_of(site, device.device.device_id, Channel.STATUS)
    link = make_link(Will(topic=topic, payload=encode_status(Status.OFFLINE)))
    return _Port(device=device, link=link, site=site, log_level=log_level)


async def _run(simulation: Simulation, ports: list[_Port]) -> None:
    while True:
        simulation.advance()
        for port in ports:
            if port.device.outbox or port.said is not port.status:
                port.something_to_send.set()
        await simulation.clock.sleep(_TICK_S)


async def _announce(ports: list[_Port], on_ready: Callable[[], None]) -> None:
    for port in ports:
        await port.is_presented.wait()
    on_ready()


async def _converse(port: _Port) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_write(port), name=f"simulator-{port.name}-writer")
        async with contextlib.aclosing(port.link.events([port.topic(Channel.COMMAND)])) as events:
            async for event in events:
                match event:
                    case LinkUp():
                        # Whatever waited is from before: too late to be an answer.
                        port.device.present()
                        port.said, port.is_down = None, False
                    case LinkDown(reason=reason) if not port.is_down:
                        port.is_down = True
                        _LOG.log(port.log_level, "%s is not connected to the broker, trying on: %s", port.name, reason)
                    case LinkDown():
                        pass
                    case Message(payload=payload, is_retained=is_retained):
                        port.device.receive(payload, is_retained=is_retained)
                port.something_to_send.set()


async def _write(port: _Port) -> None:
    while True:
        await port.something_to_send.wait()
        port.something_to_send.clear()
        try:
            await _send_all(port)
        except (PlantUnreachableError, PublishUnconfirmedError) as exc:
            _LOG.info("%s: %s", port.name, exc)


async def _send_all(port: _Port) -> None:
    if port.is_leaving or not port.link.is_connected:
        return
    if port.said is Status.OFFLINE and port.status is Status.ONLINE:
        port.device.report()
    # A new connection shows its state before it says online, so that online always means a fresh state.
    while port.device.outbox:
        message = port.device.outbox.popleft()
        await port.link.publish(port.topic(message.channel), message.payload, is_retained=message.is_retained)
    if port.said is not port.status and not port.is_leaving:
        status = port.status
        await port.link.publish(port.topic(Channel.STATUS), encode_status(status), is_retained=True)
        port.said = status
        port.is_presented.set()


async def _say_farewell(port: _Port) -> None:
    if not port.link.is_connected:
        return
    with contextlib.suppress(PlantUnreachableError, PublishUnconfirmedError, TimeoutError):
        async with asyncio.timeout(_FAREWELL_S):
            await port.link.publish(port.topic(Channel.STATUS), encode_status(Status.OFFLINE), is_retained=True)
