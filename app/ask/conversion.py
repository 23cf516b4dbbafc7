"""Amounts of helium in other units, at the site's reference temperature."""

from app.answer import Answer, say
from app.ask.asked import Asked
from app.reply import Status
from app.units import convert, helium


def answer_conversion(asked: Asked) -> Answer:
    """Answer `Convert` (slots `value`, `from`, `to`)."""
    slots = asked.intent.slots
    value, unit, to_unit = float(slots["value"]), slots["from"], slots["to"]
    reference_c = asked.plant.site.reference_temperature_c
    result = helium(value, unit, to_unit, reference_c)
    has_gas = result is not None and "m3" in {unit, to_unit}
    if result is None:
        result = convert(value, unit, to_unit)
    if result is None:
        return say(Status.ANSWERED, "convert_impossible", unit=unit, to_unit=to_unit)
    return say(
        Status.ANSWERED,
        "convert",
        value=value,
        unit=unit,
        result=result,
        to_unit=to_unit,
        reference_c=reference_c if has_gas else None,
    )
