"""The recogniser's features: mel filter energies, and from them Kaldi's MFCC as `conf/mfcc.conf` asks for.

Training keeps log mel energies, because noise can be added to them (energies add up), and turns them into MFCC last.
"""

import kaldi_native_fbank
import numpy as np
import numpy.typing as npt

from app.speech.transcribe import SAMPLE_RATE_HZ

FloatArray = npt.NDArray[np.floating]

MEL_BINS = 40
FRAMES_PER_SECOND = 100
SILENT_LOG_ENERGY = float(np.log(np.finfo(np.float32).eps))
"""Log energy of digital silence: Kaldi's floor (feat/feature-fbank.cc)."""
_LOWEST_HZ, _HIGHEST_HZ = 20, 7600
_CEPSTRAL_LIFTER = 22.0
"""Kaldi's default (feat/feature-mfcc.h)."""


def log_mel(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Log mel energies, frames × 40, of 16 kHz samples in 16-bit units; frames of 25 ms each 10 ms."""
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither = 0
    options.frame_opts.samp_freq = SAMPLE_RATE_HZ
    options.mel_opts.num_bins = MEL_BINS
    options.mel_opts.low_freq = _LOWEST_HZ
    options.mel_opts.high_freq = _HIGHEST_HZ
    computer = kaldi_native_fbank.OnlineFbank(options)
    computer.accept_waveform(SAMPLE_RATE_HZ, samples.astype(np.float32).tolist())
    computer.input_finished()
    frames = [computer.get_frame(index) for index in range(computer.num_frames_ready)]
    return np.asarray(np.stack(frames), np.float32)


def mel_centres_hz() -> npt.NDArray[np.float64]:
    """Frequency at the middle of each mel band (feat/mel-computations.cc)."""
    lowest, highest = (1127.0 * np.log(1 + hertz / 700.0) for hertz in (_LOWEST_HZ, _HIGHEST_HZ))
    centres = np.linspace(lowest, highest, MEL_BINS + 2)[1:-1]
    return np.asarray(700.0 * (np.exp(centres / 1127.0) - 1))


def mfcc_matrix() -> npt.NDArray[np.float32]:
    """40 × 40: log mel energies times this are MFCC (ComputeDctMatrix in matrix-functions.cc, then the lifter)."""
    order, bin_ = np.arange(MEL_BINS)[:, None], np.arange(MEL_BINS)[None, :]
    cosine = np.sqrt(2 / MEL_BINS) * np.cos(np.pi / MEL_BINS * (bin_ + 0.5) * order)
    cosine[0] = np.sqrt(1 / MEL_BINS)
    lifter = 1 + 0.5 * _CEPSTRAL_LIFTER * np.sin(np.pi * order / _CEPSTRAL_LIFTER)
    return np.asarray((cosine * lifter).T, np.float32)
