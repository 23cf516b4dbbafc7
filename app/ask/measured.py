"""What is measured: never said without its age, never from a dead sensor."""

from dataclasses import replace

from app.answer import Answer
from app.ask.asked import Asked
from app.reply import Status
from app.units import convert, helium
from devices.plant import Device, Measurement
from devices.reading import Reading
from intents.intent import IntentName

QUANTITY_OF = {
    IntentName.GET_LEVEL: "level",
    IntentName.GET_PRESSURE: "pressure",
    IntentName.GET_PURITY: "purity",
    IntentName.GET_TEMPERATURE: "temperature",
    IntentName.GET_OXYGEN: "oxygen",
    IntentName.GET_RUN_HOURS: "run_hours",
}
"""The intents that ask for one quantity."""


def answer_measured(asked: Asked) -> Answer:
    """Answer an intent of `QUANTITY_OF` for one device, or for all of a kind."""
    quantity = asked.intent.slots.get("quantity", QUANTITY_OF[IntentName(asked.intent.name)])
    devices = asked.devices()
    if asked.intent.slots["device"] == "all":
        return _all_of_kind(asked, devices, quantity)
    return _one(asked, devices[0], quantity)


def _one(asked: Asked, device: Device, quantity: str) -> Answer:
    measurement = device.measurement_of(quantity)
    if measurement is None:
        return _answer("reading_not_measured", device=asked.name(device), quantity=quantity)
    reading = _reading(asked, device, measurement)
    name = asked.name(device)
    if reading is None:
        impossible = _impossible_value(asked, device, measurement)
        if impossible is not None:
            values = {"device": name, "quantity": measurement.name, "value": impossible, "unit": measurement.unit}
            return _answer("reading_out_of_range", **values)
        code = "oxygen_missing" if quantity == "oxygen" else "reading_missing"
        return _answer(code, device=name, quantity=measurement.name)
    if quantity == "level":
        return _level(asked, device, reading)
    if quantity == "oxygen":
        return _oxygen(name, measurement, reading)
    if quantity == "purity":
        if not reading.is_stale:
            return _answer("purity_after", reading, device=name, value=reading.value, age_s=reading.age_s)
    elif quantity == "run_hours" and not reading.is_stale:
        return _answer("run_hours", reading, device=name, value=reading.value)
    value, unit = _in_unit_asked(asked, reading)
    values = {"device": name, "quantity": measurement.name, "value": value, "unit": unit, "age_s": reading.age_s}
    return _answer("reading_stale" if reading.is_stale else "reading", reading, **values)


def _reading(asked: Asked, device: Device, measurement: Measurement | None) -> Reading | None:
    return asked.view.reading(device.device_id, measurement.name, asked.now) if measurement else None


def _impossible_value(asked: Asked, device: Device, measurement: Measurement) -> float | None:
    """Return the value that the sensor gives where it cannot be right."""
    state = asked.view.state_of(device.device_id)
    value = state.values.get(measurement.name) if state else None
    return None if value is None or measurement.minimum <= value <= measurement.maximum else value


def amounts_of(device: Device, percent: float) -> dict[str, float]:
    """Return what a level is in litres of liquid or cubic metres of gas, where the plant file gives the size."""
    if device.capacity_l is not None:
        return {"litres": percent / 100 * device.capacity_l}
    if device.capacity_m3 is not None:
        return {"m3": percent / 100 * device.capacity_m3}
    return {}


def _level(asked: Asked, device: Device, reading: Reading) -> Answer:
    values: dict[str, object] = {"device": asked.name(device), "age_s": reading.age_s}
    sizes = amounts_of(device, reading.value)
    unit = asked.intent.slots.get("unit", "%")
    if unit != "%":
        value = _level_in(asked, unit, sizes)
        if value is not None:
            code = "level_in_unit_stale" if reading.is_stale else "level_in_unit"
            in_unit = replace(reading, value=value, unit=unit)
            return _answer(code, in_unit, value=value, unit=unit, quantity="level", **values)
    values |= {"percent": reading.value, **sizes}
    if reading.is_stale:
        return _answer("level_stale", reading, **values)
    state = asked.view.state_of(device.device_id)
    if state is not None and state.state == "FILLING":
        return _answer("level_filling", reading, **values)
    return _answer("level_gas" if "m3" in sizes else "level", reading, **values)


def _level_in(asked: Asked, unit: str, sizes: dict[str, float]) -> float | None:
    reference_c = asked.plant.site.reference_temperature_c
    if "litres" in sizes:
        return helium(sizes["litres"], "L", unit, reference_c)
    if "m3" in sizes:
        return helium(sizes["m3"], "m3", unit, reference_c)
    return None


def _oxygen(name: str, measurement: Measurement, reading: Reading) -> Answer:
    values = {"device": name, "value": reading.value, "age_s": reading.age_s}
    if reading.is_stale or measurement.low is None:
        return _answer("oxygen_stale", reading, **values)
    code = "oxygen_unsafe" if reading.value < measurement.low else "oxygen_safe"
    return _answer(code, reading, limit=measurement.low, **values)


def _in_unit_asked(asked: Asked, reading: Reading) -> tuple[float, str]:
    unit = asked.intent.slots.get("unit", reading.unit)
    value = convert(reading.value, reading.unit, unit)
    return (reading.value, reading.unit) if value is None else (value, unit)


def _all_of_kind(asked: Asked, devices: tuple[Device, ...], quantity: str) -> Answer:
    items: list[str] = []
    readings: list[Reading] = []
    for device in devices:
        measurement = device.measurement_of(quantity)
        name = asked.name(device)
        reading = _reading(asked, device, measurement)
        if measurement is None or reading is None:
            is_impossible = measurement is not None and _impossible_value(asked, device, measurement) is not None
            items.append(asked.answers.say("item_out_of_range" if is_impossible else "item_missing", device=name))
            continue
        readings.append(reading)
        values = {"device": name, "value": reading.value, "unit": reading.unit, "quantity": quantity}
        if reading.is_stale:
            items.append(asked.answers.say("item_stale", **values))
        elif quantity == "level":
            items.append(asked.answers.say("item_level", device=name, percent=reading.value))
        else:
            items.append(asked.answers.say("item_reading", **values))
    oldest = max((reading.age_s for reading in readings), default=None)
    return _answer("all_of_kind", *readings, items=items, age_s=oldest)


def _answer(code: str, *readings: Reading, **values: object) -> Answer:
    return Answer(status=Status.ANSWERED, code=code, values=values, readings=readings)
