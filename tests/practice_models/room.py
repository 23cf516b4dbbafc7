"""What a room does to the samples of speech: level, silence around, echo; and the noise of machines."""

import numpy as np
import numpy.typing as npt

from app.speech.transcribe import SAMPLE_RATE_HZ

Samples = npt.NDArray[np.float64]

SPEECH_LEVEL = 2000.0
"""Root mean square to which speech and noise are brought before they are mixed, in 16-bit units."""
_QUIET = 40.0
"""Below this a synthesizer is silent, in 16-bit units."""


def trimmed(samples: Samples) -> Samples:
    """Without the silence around."""
    loud = np.nonzero(np.abs(samples) > _QUIET)[0]
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples


def at_speech_level(samples: Samples) -> Samples:
    """Brought to `SPEECH_LEVEL`."""
    return samples * (SPEECH_LEVEL / max(float(np.sqrt(np.mean(samples**2))), 1e-9))


def surrounded(random: np.random.Generator, samples: Samples) -> Samples:
    """With a random stretch of digital silence before and after."""
    before, after = random.uniform(0.1, 0.6), random.uniform(0.15, 0.7)
    return np.pad(samples, (round(before * SAMPLE_RATE_HZ), round(after * SAMPLE_RATE_HZ)))


def with_echo(random: np.random.Generator, samples: Samples) -> Samples:
    """As in a room with hard walls: an exponentially decaying tail of 50 to 300 ms."""
    count = round(random.uniform(0.05, 0.3) * SAMPLE_RATE_HZ)
    response = random.normal(size=count) * np.exp(-6 * np.arange(count) / count) * random.uniform(0.02, 0.12)
    response[0] = 1.0
    size = 1 << (len(samples) + count).bit_length()
    product = np.fft.rfft(samples, size) * np.fft.rfft(response, size)
    return np.asarray(np.fft.irfft(product, size)[: len(samples)])


def machine_noise(random: np.random.Generator, seconds: float) -> Samples:
    """White to brown noise, often with a machine's hum, sometimes with its beat, at `SPEECH_LEVEL`."""
    count = round(seconds * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(random.normal(size=count))
    frequency = np.maximum(np.arange(len(spectrum)) / len(spectrum), 1e-3)
    noise = np.fft.irfft(spectrum / frequency ** random.uniform(0, 1.1), count)
    noise /= noise.std()
    time = np.arange(count) / SAMPLE_RATE_HZ
    if random.random() < 0.5:  # half of them hum
        base = random.uniform(25, 120)
        for harmonic in range(1, 12):
            phase = random.uniform(0, 2 * np.pi)
            noise += random.uniform(0, 1.2) * np.sin(2 * np.pi * base * harmonic * time + phase)
    if random.random() < 0.4:  # some beat as a piston does
        beat = random.uniform(2, 14)
        noise *= 1 + random.uniform(0.2, 0.9) * np.sin(2 * np.pi * beat * time)
    return at_speech_level(noise)
