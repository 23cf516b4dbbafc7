"""Sounds that need no synthesizer."""

import numpy as np
import pytest

from app.speech.earcon import Earcon, earcon
from app.speech.frames import VOICE_RATE_HZ


@pytest.mark.parametrize("kind", list(Earcon))
def test_earcon_is_short_audible_and_does_not_click(kind: Earcon) -> None:
    samples = np.frombuffer(earcon(kind), "<i2").astype(float)
    assert 0.1 < len(samples) / VOICE_RATE_HZ < 0.8
    assert 6_000 < np.abs(samples).max() < 12_000
    assert np.abs(np.diff(samples)).max() < 3_000
    assert abs(samples[0]) < 100
    assert abs(samples[-1]) < 100
