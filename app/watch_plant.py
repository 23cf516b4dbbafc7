"""Watch the plant: trends and alarms follow each state as it arrives, and time as it passes."""

import asyncio
from types import TracebackType
from typing import Self

from devices.alarm import Alarms
from devices.bus import Bus
from devices.clock import Clock
from devices.plant import Plant
from devices.trend import Trends

JUDGE_EVERY_S = 1.0
"""How often alarms are judged; silence is a change too."""


class PlantWatch:
    """Keeps the trends and alarms of a plant up to date; use it in `async with`."""

    def __init__(self, plant: Plant, bus: Bus, clock: Clock) -> None:
        """Watch what `bus` hears."""
        self._plant = plant
        self._bus = bus
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []
        self.trends = Trends()
        self.alarms = Alarms(plant)

    async def __aenter__(self) -> Self:
        """Start watching."""
        self._tasks = [
            asyncio.create_task(self._follow(), name="watch: trends"),
            asyncio.create_task(self._judge(), name="watch: alarms"),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None
    ) -> None:
        """Stop watching."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def judge(self) -> None:
        """Judge the alarms now."""
        self.alarms.judge(self._bus.states(), self._clock.now(), is_connected=self._bus.is_connected)

    async def _follow(self) -> None:
        with self._bus.changes() as changes:
            async for state in changes:
                self.trends.take(self._plant.device(state.device), state)

    async def _judge(self) -> None:
        while True:
            self.judge()
            await self._clock.sleep(JUDGE_EVERY_S)
