"""How answers are spoken at a station, as its plant file has it."""

from devices.plant import FASTEST_RATE, SLOWEST_RATE, StationVoice
from devices.site_yaml import Entry


def read_voice(station: Entry) -> StationVoice:
    """Return what stands at `voice`; the usual where there is nothing, or something wrong, which is refused."""
    entry = station.entry("voice", f"{station.what}, voice")
    if entry is None:
        return StationVoice()
    entry.only("rate", "volume")
    usual = StationVoice()
    rate = entry.number("rate", minimum=SLOWEST_RATE, maximum=FASTEST_RATE)
    volume = entry.number("volume", minimum=0, maximum=1)
    return StationVoice(
        rate=usual.rate if rate is None else rate,
        volume=usual.volume if volume is None else volume,
    )
