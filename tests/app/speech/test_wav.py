"""Sound as WAV, whole or as a stream, and at another rate."""

import io
import wave

import numpy as np
import pytest

from app.speech.resample import as_heard, resample_pcm, resample_wav
from app.speech.wav import duration_s, from_wav, streaming_header, to_wav


def tone(frequency_hz: float, rate_hz: int, length_s: float) -> bytes:
    time_s = np.arange(int(rate_hz * length_s)) / rate_hz
    return (10_000 * np.sin(2 * np.pi * frequency_hz * time_s)).astype("<i2").tobytes()


def test_wav_gives_back_the_sound_that_was_put_in() -> None:
    pcm = tone(440, 22_050, 0.1)
    assert from_wav(to_wav(pcm, 22_050)) == (pcm, 22_050)
    assert duration_s(pcm, 22_050) == pytest.approx(0.1)


def test_streaming_header_is_that_of_a_wav_of_unknown_length() -> None:
    pcm = tone(440, 22_050, 0.1)
    header = streaming_header(22_050)
    whole = to_wav(pcm, 22_050)
    assert len(header) == len(whole) - len(pcm)
    assert header[8:40] == whole[8:40]
    assert header[4:8] == header[40:44] == b"\xff\xff\xff\xff"


def test_resampled_tone_keeps_pitch_length_and_level() -> None:
    pcm, rate_hz = from_wav(resample_wav(to_wav(tone(1_000, 22_050, 1.0), 22_050)))
    samples = np.frombuffer(pcm, "<i2").astype(float)
    assert rate_hz == 16_000
    assert len(samples) == pytest.approx(16_000, abs=2)
    assert int(np.argmax(np.abs(np.fft.rfft(samples)))) == pytest.approx(1_000, abs=2)
    assert np.abs(samples[2_000:-2_000]).max() == pytest.approx(10_000, rel=0.02)


def test_voice_as_heard_has_silence_around_it() -> None:
    pcm, rate_hz = from_wav(as_heard(to_wav(tone(1_000, 22_050, 1.0), 22_050), silence_s=0.25))
    samples = np.frombuffer(pcm, "<i2")
    assert rate_hz == 16_000
    assert len(samples) == pytest.approx(24_000, abs=2)
    assert not samples[:4_000].any()
    assert not samples[-4_000:].any()
    assert samples[4_000:4_100].any()


def test_same_rate_is_left_alone() -> None:
    pcm = tone(440, 16_000, 0.1)
    assert resample_pcm(pcm, 16_000) == pcm


@pytest.mark.parametrize("channels", [1, 2])
def test_what_is_no_mono_pcm16_is_an_error(channels: int) -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(1 if channels == 1 else 2)
        writer.setframerate(8_000)
        writer.writeframes(bytes(8))
    with pytest.raises(ValueError, match="not mono PCM16"):
        from_wav(file.getvalue())
    with pytest.raises(ValueError, match="not a WAV"):
        from_wav(b"RIFF")
