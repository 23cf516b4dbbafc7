"""The way to the plant and back: last states, and commands that end in an honest outcome.

One command is on its way for each device; another is rejected as busy before anything is sent. A stop is the
exception: it ends the command on its way (`overridden_by_stop`), goes out whatever the state is, and waits a moment for
a broker that is just coming back. The same id is published again until the device acknowledges or the command expires.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Final, Self

from devices.clock import Clock
from devices.command import Command
from devices.errors import NoSuchDeviceError, PayloadError, PlantUnreachableError, PublishUnconfirmedError, TopicError
from devices.feed import Feed, Subscription
from devices.flight import Flight, Phase
from devices.freshness import Freshness, freshness_of, reading_of
from devices.late import EndedCommands, LateNews
from devices.link import Link, LinkDown, LinkUp, Message
from devices.outcome import Outcome, Rejected
from devices.payload import Reply, encode_command, parse_reply, parse_status
from devices.plant import Action, Plant
from devices.plant_states import PlantStates
from devices.reading import DeviceState, Reading
from devices.topics import Channel, parse_topic, topic_filter, topic_of

_LOG: Final = logging.getLogger(__name__)
_RETRY_S: Final = 1.0
_STOP_PATIENCE_S: Final = 3.0
"""How long a stop waits for a broker that is away; then the person must hear that it did not go out."""


class Bus:
    """Speaks with every device of a plant over one link. Of one event loop; use it in `async with`."""

    def __init__(self, plant: Plant, link: Link, clock: Clock, *, retry_s: float = _RETRY_S) -> None:
        self._plant = plant
        self._link = link
        self._clock = clock
        self._retry_s = retry_s
        self._states = PlantStates(plant)
        self._ended = EndedCommands()
        self._flights: dict[str, tuple[Flight, asyncio.Event]] = {}
        """By command id, each with what wakes its sender."""
        self._changes: Feed[DeviceState] = Feed()
        self._late: Feed[LateNews] = Feed()
        self._is_up = asyncio.Event()
        self._tasks = contextlib.AsyncExitStack()
        self._group = asyncio.TaskGroup()
        self.refused_messages = 0
        """Messages that were not what the contract says; they are logged at growing intervals and have no effect."""

    async def __aenter__(self) -> Self:
        """Begin to connect and to listen; returns before there is a connection."""
        self._group = await self._tasks.enter_async_context(asyncio.TaskGroup())
        reader = self._group.create_task(self._read(), name=f"bus: read {self._plant.site.site_id}")
        self._tasks.callback(reader.cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None
    ) -> None:
        """Stop listening and disconnect."""
        for flight, _ in self._flights.values():
            flight.close()
        self._is_up.clear()
        self._wake_all()
        await self._tasks.__aexit__(kind, exc, at)

    @property
    def is_connected(self) -> bool:
        """Whether a command sent now would leave this machine."""
        return self._is_up.is_set() and self._link.is_connected

    async def wait_connected(self) -> None:
        """Wait until there is a connection."""
        await self._is_up.wait()

    def state_of(self, device_id: str) -> DeviceState | None:
        """Return the last state of a device, None if it has not said any; raises `NoSuchDeviceError`."""
        return self._states.of(self._plant.device(device_id).device_id)

    def states(self) -> Mapping[str, DeviceState]:
        """Return the last state of each device that has said one, by id."""
        return self._states.all()

    def is_online(self, device_id: str) -> bool:
        """Tell whether a device says that it is there; raises `NoSuchDeviceError`."""
        return self._states.is_online(self._plant.device(device_id).device_id)

    def freshness(self, device_id: str) -> Freshness:
        """Judge the last state of a device now; raises `NoSuchDeviceError`."""
        return freshness_of(self.state_of(device_id), self._plant.device(device_id), self._clock.now())

    def reading(self, device_id: str, measurement: str, now: datetime | None = None) -> Reading | None:
        """Return a measurement with its age at `now`, None if there is none; raises `NoSuchDeviceError`."""
        device = self._plant.device(device_id)
        return reading_of(self._states.of(device_id), device, measurement, now or self._clock.now())

    def changes(self, limit: int = 1000) -> Subscription[DeviceState]:
        """Return every state said or lost from now on: `with bus.changes() as changes: async for state in changes`."""
        return self._changes.subscribe(limit)

    def late_news(self, limit: int = 1000) -> Subscription[LateNews]:
        """Return what is heard of commands after their outcome was told, for the audit."""
        return self._late.subscribe(limit)

    async def send(self, command: Command, action: Action) -> Outcome:
        """Send a command and wait for its outcome, until `expires_at` or `action.within_s`, whichever is later.

        Raises `NoSuchDeviceError`. `Done` only of a state that was received after publishing, is newer than
        `command.issued_at` and shows `action.target`.
        """
        device = self._plant.device(command.device)
        flight = Flight(command, action, self._states.of(device.device_id))
        others = [other for other in self._flights.values() if other[0].command.device == device.device_id]
        if others and not flight.is_stop:
            now_state = self._states.of(device.device_id)
            return Rejected(reason="busy", before=now_state, after=now_state)
        for other, wake in others:
            if not other.is_stop:
                other.on_override()
                wake.set()
        wake = asyncio.Event()
        self._flights[command.command_id] = (flight, wake)
        try:
            await self._fly(flight, wake)
        finally:
            del self._flights[command.command_id]
            self._ended.remember(flight, flight.close())
        return flight.close()

    async def _fly(self, flight: Flight, wake: asyncio.Event) -> None:
        """Publish and publish again, until something ends the flight."""
        topic = topic_of(self._plant.site.site_id, flight.command.device, Channel.COMMAND)
        payload = encode_command(flight.command)
        started, now = self._clock.monotonic(), self._clock.now()
        expires = started + (flight.command.expires_at - now).total_seconds()
        give_up = started + (flight.give_up_at - now).total_seconds()
        patience = min(expires, started + _STOP_PATIENCE_S) if flight.is_stop else started
        next_attempt, attempt = started, None
        try:
            while True:
                moment = self._clock.monotonic()
                self._judge(flight, moment, patience, expires, give_up)
                if flight.outcome is not None:
                    return
                is_wanted = self.is_connected and flight.phase is not Phase.ACCEPTED and moment < expires
                if is_wanted and moment >= next_attempt and (attempt is None or attempt.done()):
                    flight.on_publishing()
                    name = f"bus: publish {flight.command.command_id}"
                    attempt = self._group.create_task(self._publish(flight, wake, topic, payload), name=name)
                    next_attempt = moment + self._retry_s
                times = (patience, expires, give_up, next_attempt if is_wanted else moment)
                await self._wait(wake, min(time for time in times if time > moment) - moment)
        finally:
            if attempt is not None:
                attempt.cancel()

    def _judge(self, flight: Flight, moment: float, patience: float, expires: float, give_up: float) -> None:
        """Tell the flight which of its times have passed."""
        if moment >= expires:
            flight.on_expiry(is_connected=self.is_connected)
        if moment >= give_up:
            flight.on_give_up(is_connected=self.is_connected)
        if moment >= patience and flight.phase is Phase.WAITING and not self.is_connected:
            flight.on_unreachable()

    async def _publish(self, flight: Flight, wake: asyncio.Event, topic: str, payload: bytes) -> None:
        try:
            await self._link.publish(topic, payload)
        except PlantUnreachableError as exc:
            _LOG.warning("command %s: %s", flight.command.command_id, exc)
            flight.on_unsent()
        except PublishUnconfirmedError as exc:
            _LOG.warning("command %s: %s", flight.command.command_id, exc)
        finally:
            wake.set()

    async def _wait(self, wake: asyncio.Event, delay_s: float) -> None:
        """Wait until something happened, at most `delay_s`."""
        sleeping = asyncio.create_task(self._clock.sleep(delay_s), name="bus: wait for time")
        waking = asyncio.create_task(wake.wait(), name="bus: wait for news")
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
        wake.clear()

    def _wake_all(self) -> None:
        for _, wake in self._flights.values():
            wake.set()

    async def _read(self) -> None:
        site = self._plant.site.site_id
        filters = [topic_filter(site, channel) for channel in (Channel.STATUS, Channel.STATE, Channel.REPLY)]
        async with contextlib.aclosing(self._link.events(filters)) as events:
            async for event in events:
                match event:
                    case LinkUp():
                        self._is_up.set()
                    case LinkDown():
                        self._is_up.clear()
                        for state in self._states.lose_all():
                            self._changes.say(state)
                    case Message():
                        self._take(event)
                        continue
                self._wake_all()

    def _take(self, message: Message) -> None:
        try:
            topic = parse_topic(message.topic)
            device = self._plant.device(topic.device)
            now = self._clock.now()
            match topic.channel:
                case Channel.STATE:
                    self._take_state(self._states.take_state(device, message.payload, now))
                case Channel.STATUS:
                    self._take_state(self._states.take_status(device, parse_status(message.payload, device.device_id)))
                case Channel.REPLY:
                    self._take_reply(device.device_id, parse_reply(message.payload, device.device_id), now)
                case Channel.COMMAND:
                    pass
        except (PayloadError, TopicError, NoSuchDeviceError) as exc:
            self.refused_messages += 1
            # A flood of garbage must not become a flood of log lines: the 1st, 2nd, 4th, 8th, … are logged.
            if self.refused_messages.bit_count() == 1:
                _LOG.warning("refused %d messages so far, the last: %s", self.refused_messages, exc)

    def _take_state(self, state: DeviceState | None) -> None:
        if state is None:
            return
        self._changes.say(state)
        for flight, wake in self._flights.values():
            if flight.command.device == state.device:
                flight.on_state(state)
                wake.set()
        news = self._ended.news_of_state(state)
        if news is not None:
            self._late.say(news)

    def _take_reply(self, device_id: str, reply: Reply, now: datetime) -> None:
        flight, wake = self._flights.get(reply.command_id, (None, None))
        if flight is not None and wake is not None and flight.command.device == device_id:
            if flight.phase is not Phase.WAITING:
                flight.on_reply(reply)
                wake.set()
            return
        if not self._ended.knows(device_id, reply):
            raise PayloadError(f"reply of {device_id}: command {reply.command_id!r} is not one of ours to that device")
        news = self._ended.news_of_reply(device_id, reply, now)
        if news is not None:
            self._late.say(news)
