"""A device on a real broker that does whatever a test wants of it, good or odd."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from app.clock import SystemClock
from devices.command import Command
from devices.link import LinkUp, Message, Will
from devices.mqtt import MqttLink, MqttSettings
from devices.payload import Reply, Result, Status, encode_reply, encode_state, encode_status, parse_command
from devices.topics import Channel, topic_of
from tests.devices.small_plant import state_of

SITE = "okayama"


class OddDevice:
    """Online with a first state; every command is noted and handed to `answer`."""

    def __init__(self, settings: MqttSettings, device: str, first_state: str, answer: "Answer") -> None:
        self.device = device
        self.state = first_state
        self.commands: list[Command] = []
        self._answer = answer
        will = Will(topic=self.topic(Channel.STATUS), payload=encode_status(Status.OFFLINE))
        self.link = MqttLink(settings, SystemClock(), will)
        self.is_ready = asyncio.Event()

    def topic(self, channel: Channel) -> str:
        return topic_of(SITE, self.device, channel)

    async def run(self) -> None:
        async with contextlib.aclosing(self.link.events([self.topic(Channel.COMMAND)])) as events:
            async for event in events:
                if isinstance(event, LinkUp):
                    await self.link.publish(self.topic(Channel.STATUS), encode_status(Status.ONLINE), is_retained=True)
                    await self.say(self.state)
                    self.is_ready.set()
                elif isinstance(event, Message):
                    command = parse_command(event.payload, self.device)
                    self.commands.append(command)
                    await self._answer(self, command)

    async def say(
        self, state: str, at: datetime | None = None, measured_at: datetime | None = None, **values: float
    ) -> None:
        self.state = state
        said = replace(state_of(self.device, state, at or datetime.now(UTC), measured_at=measured_at), values=values)
        await self.link.publish(self.topic(Channel.STATE), encode_state(said), is_retained=True)

    async def reply(self, command_id: str, result: Result, reason: str | None = None) -> None:
        reply = Reply(command_id=command_id, result=result, reason=reason)
        await self.link.publish(self.topic(Channel.REPLY), encode_reply(reply))

    async def raw(self, channel: Channel, payload: bytes) -> None:
        await self.link.publish(self.topic(channel), payload)


Answer = Callable[[OddDevice, Command], Awaitable[None]]


@contextlib.asynccontextmanager
async def odd_device(
    settings: MqttSettings, answer: Answer, device: str = "valve-7", first_state: str = "CLOSED"
) -> AsyncIterator[OddDevice]:
    odd = OddDevice(settings, device, first_state, answer)
    running = asyncio.create_task(odd.run(), name=f"odd device {device}")
    try:
        async with asyncio.timeout(10):
            await odd.is_ready.wait()
        yield odd
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def obeys(device: OddDevice, command: Command) -> None:
    """Act at once, as a good device would."""
    if len([c for c in device.commands if c.command_id == command.command_id]) > 1:
        await device.reply(command.command_id, Result.DUPLICATE)
        return
    await device.reply(command.command_id, Result.ACCEPTED)
    await device.say({"open": "OPEN", "close": "CLOSED", "start": "RUNNING", "stop": "READY"}[command.action])
    await device.reply(command.command_id, Result.DONE)
