"""Keep readings: what the plant measures goes into the readings store, a batch at a time."""

import logging
from datetime import datetime, timedelta

from devices.bus import Bus
from devices.clock import Clock
from devices.freshness import reading_of
from devices.plant import Plant
from models.errors import ModelsError
from models.reading import ReadingStore, StoredReading

logger = logging.getLogger(__name__)

BATCH_EVERY_S = 1.0
KEEP_EVERY_S = 10.0
"""A measurement is kept at most this often; plants change over minutes."""


KEEP_FOR = timedelta(days=30)
"""Older readings are deleted: about 450,000 rows a day come from a plant of 28 devices."""
FORGET_EVERY_S = 3600.0


async def forget_old_readings(store: ReadingStore, clock: Clock) -> None:
    """Delete readings older than `KEEP_FOR`, now and every hour, for ever."""
    while True:
        try:
            await store.forget_before(clock.now() - KEEP_FOR)
        except ModelsError as exc:
            logger.warning("old readings were not deleted: %s", exc)
        await clock.sleep(FORGET_EVERY_S)


async def keep_readings(plant: Plant, bus: Bus, store: ReadingStore, clock: Clock) -> None:
    """Store new readings for ever; a database that cannot take them costs only those readings."""
    newest: dict[tuple[str, str], datetime] = {}
    while True:
        await clock.sleep(BATCH_EVERY_S)
        batch: list[StoredReading] = []
        now = clock.now()
        for state in bus.states().values():
            device = plant.device(state.device)
            for name in device.measurements:
                reading = reading_of(state, device, name, now)
                last = newest.get((state.device, name))
                if reading is None or (last and (reading.measured_at - last).total_seconds() < KEEP_EVERY_S):
                    continue
                newest[state.device, name] = reading.measured_at
                batch.append(
                    StoredReading(
                        device=state.device, measurement=name, measured_at=reading.measured_at, value=reading.value
                    )
                )
        try:
            await store.add(batch)
        except ModelsError as exc:
            logger.warning("%d readings were not kept: %s", len(batch), exc)
