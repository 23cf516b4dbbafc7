"""The manner of speaking that people ask for at a station: slower, louder, as usual again."""

from enum import StrEnum
from typing import Final

from app.speech.voice_settings import USUAL_WORDS_PER_MINUTE, VoiceSettings
from devices.plant import FASTEST_RATE, SLOWEST_RATE, StationVoice


class How(StrEnum):
    """The values of the slot `how` of "say that again"."""

    SLOWER = "slower"
    FASTER = "faster"
    NORMAL_SPEED = "normal_speed"
    LOUDER = "louder"
    QUIETER = "quieter"
    NORMAL_VOLUME = "normal_volume"
    NORMAL = "normal"
    """Speed and volume."""


_RATE_STEP: Final = 1.25
"""Plainly heard, and three of it to either end."""
_VOLUME_STEP: Final = 1.6
"""4 dB."""
_QUIETEST: Final = 0.1
"""Nobody who asks for less sound wants none; a plant file may."""


def changed(voice: StationVoice, how: How, usual: StationVoice) -> StationVoice:
    """Return the voice as it was asked for, or unchanged where it is at its limit.

    `usual`: the station's own, which "as usual" goes back to.
    """
    rate, volume = voice.rate, voice.volume
    match how:
        case How.SLOWER:
            rate = max(SLOWEST_RATE, rate / _RATE_STEP)
        case How.FASTER:
            rate = min(FASTEST_RATE, rate * _RATE_STEP)
        case How.LOUDER:
            volume = min(1.0, max(_QUIETEST, volume * _VOLUME_STEP))
        case How.QUIETER:
            volume = min(volume, max(_QUIETEST, volume / _VOLUME_STEP))
        case How.NORMAL_SPEED:
            rate = usual.rate
        case How.NORMAL_VOLUME:
            volume = usual.volume
        case How.NORMAL:
            return usual
    return StationVoice(rate=round(rate, 3), volume=round(volume, 3))


def settings_of(voice: StationVoice) -> VoiceSettings:
    """Return what a synthesizer is asked for."""
    return VoiceSettings(words_per_minute=round(USUAL_WORDS_PER_MINUTE * voice.rate), volume=voice.volume)
