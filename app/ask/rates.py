"""Rates: what a dewar loses, and when something will be full."""

from app.answer import Answer, say
from app.ask.asked import Asked
from app.reply import Status
from devices.plant import Device
from devices.reading import Reading
from devices.trend import Trends


def answer_boil_off(asked: Asked, trends: Trends) -> Answer:
    """Answer how much liquid a dewar loses in a day, from its level over time."""
    device = asked.device()
    name = asked.name(device)
    state = asked.view.state_of(device.device_id)
    if state is not None and state.state == "FILLING":
        return say(Status.ANSWERED, "boil_off_filling", device=name)
    level = _level(asked, device)
    rate = trends.rate(device, level.measurement, asked.now) if level else None
    litres_a_day = trends.boil_off_l_per_d(device, asked.now)
    if rate is None or litres_a_day is None:
        return say(Status.ANSWERED, "trend_not_enough", device=name)
    return say(Status.ANSWERED, "boil_off", device=name, value=litres_a_day, span_s=rate.span_s)


def answer_time_to_full(asked: Asked, trends: Trends) -> Answer:
    """Answer how long it takes at the present rate."""
    device = asked.device()
    name = asked.name(device)
    level = _level(asked, device)
    percent = level.value if level and not level.is_stale else None
    rate = trends.rate(device, level.measurement, asked.now) if level else None
    if rate is None:
        return say(Status.ANSWERED, "trend_not_enough", device=name)
    duration_s = trends.time_to_full_s(device, asked.now)
    if duration_s is None:
        return say(Status.ANSWERED, "time_not_filling", device=name, percent=percent)
    if duration_s == 0:
        return say(Status.ANSWERED, "time_already_full", device=name)
    return say(Status.ANSWERED, "time_to_full", device=name, duration_s=duration_s, percent=percent)


def _level(asked: Asked, device: Device) -> Reading | None:
    measurement = device.measurement_of("level")
    return asked.view.reading(device.device_id, measurement.name, asked.now) if measurement else None
