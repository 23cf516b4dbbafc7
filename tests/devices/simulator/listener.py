"""A service's side of the broker: hears every topic of the site and sends commands."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from devices.command import Command
from devices.link import LinkUp, Message
from devices.mqtt import MqttLink, MqttSettings
from devices.payload import Reply, encode_command, parse_reply, parse_state
from devices.plant import Plant
from devices.reading import DeviceState
from devices.simulator.clock import MachineClock
from devices.topics import PREFIX, Channel, parse_topic, topic_of
from tests.devices.until import until

_IDS = itertools.count(1)


@dataclass
class Listener:
    """What has been said on the broker since it began to listen."""

    link: MqttLink
    site: str
    messages: list[Message] = field(default_factory=list)
    is_up: bool = False

    def of(self, device: str, channel: Channel) -> list[Message]:
        return [m for m in self.messages if m.topic == topic_of(self.site, device, channel)]

    def replies(self, device: str) -> list[Reply]:
        return [parse_reply(m.payload, device) for m in self.of(device, Channel.REPLY)]

    def results(self, device: str) -> list[str]:
        return [reply.result.value for reply in self.replies(device)]

    def states(self, device: str) -> list[DeviceState]:
        now = datetime.now(UTC)
        return [parse_state(m.payload, device, now) for m in self.of(device, Channel.STATE)]

    def status(self, device: str) -> bytes | None:
        said = self.of(device, Channel.STATUS)
        return said[-1].payload if said else None

    def statuses(self) -> dict[str, bytes]:
        topics = ((parse_topic(m.topic), m.payload) for m in self.messages)
        return {topic.device: payload for topic, payload in topics if topic.channel is Channel.STATUS}

    async def command(
        self,
        device: str,
        action: str,
        value: str | None = None,
        *,
        command_id: str | None = None,
        lasts_s: float = 10,
        is_retained: bool = False,
    ) -> str:
        now = datetime.now(UTC)
        command = Command(
            command_id=command_id or f"command-{next(_IDS)}",
            device=device,
            action=action,
            value=value,
            issued_at=now,
            expires_at=now + timedelta(seconds=lasts_s),
        )
        topic = topic_of(self.site, device, Channel.COMMAND)
        await self.link.publish(topic, encode_command(command), is_retained=is_retained)
        return command.command_id


@contextlib.asynccontextmanager
async def listening(broker: MqttSettings, plant: Plant) -> AsyncIterator[Listener]:
    listener = Listener(MqttLink(broker, MachineClock()), plant.site.site_id)

    async def listen() -> None:
        async with contextlib.aclosing(listener.link.events([f"{PREFIX}/{listener.site}/#"])) as events:
            async for event in events:
                listener.is_up = listener.is_up or isinstance(event, LinkUp)
                if isinstance(event, Message):
                    listener.messages.append(event)

    task = asyncio.create_task(listen(), name="test listener")
    try:
        await until(lambda: listener.is_up)
        yield listener
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
