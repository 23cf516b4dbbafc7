"""Training: a small time-delay network learns by CTC which phone is said when.

Needs torch, on two cores about a minute a pass for five hours of speech. Goes on from its checkpoint when interrupted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from tests.practice_models.acoustic_model import FRAME_SUBSAMPLING, Layer, Network
from tests.practice_models.augmentation import NoiseBank, in_a_room, noise_bank
from tests.practice_models.dataset import Dataset
from tests.practice_models.edit_distance import edit_distance
from tests.practice_models.features import MEL_BINS, mfcc_matrix
from tests.practice_models.phones import PhoneSet

_WIDTH = 192


@dataclass(frozen=True, slots=True)
class _Convolution:
    """A layer's form: inputs, step between outputs, and distance between inputs, in outputs of the layer before."""

    kernel: int
    stride: int
    dilation: int


_FORM = (
    _Convolution(5, 1, 1),
    _Convolution(3, FRAME_SUBSAMPLING, 1),
    _Convolution(3, 1, 1),
    _Convolution(3, 1, 1),
    _Convolution(3, 1, 2),
    _Convolution(3, 1, 2),
)
_CONTEXT = 2 + 1 + FRAME_SUBSAMPLING * (1 + 1 + 2 + 2)
"""Frames that an output sees on either side (210 ms)."""
_BATCH = 32
_WARM_UP = 0.06
"""Share of all steps in which the learning rate rises."""
_HELD_BACK = 97
"""Each so manieth utterance is kept from training, to watch the phone error rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of the training, in which the learning rate rises once and falls to nothing."""

    passes: int
    peak_rate: float
    by_others: bool
    """Whether the speech is bent as other speakers would say it."""


STAGES = (
    Stage(passes=16, peak_rate=2.5e-3, by_others=False),
    Stage(passes=5, peak_rate=1e-3, by_others=True),
)
"""Bent from the beginning, the network takes far longer to learn any phone."""


def train(
    dataset: Dataset, phones: PhoneSet, checkpoint: Path, stages: Sequence[Stage] = STAGES, *, threads: int = 1
) -> Network:
    """Train from the beginning or from `checkpoint`, which is written after each pass; prints a line a pass."""
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    random = np.random.default_rng(0)
    speech = _Speech(dataset, phones, noise_bank(random))
    network = _network(len(phones.names) + 1)
    mean, deviation = speech.feature_statistics(random)
    held_back, trained = speech.split()
    batches = [trained[first : first + _BATCH] for first in range(0, len(trained), _BATCH)]
    kept: dict[str, Any] = (
        torch.load(checkpoint, weights_only=False) if checkpoint.exists() else {"stage": 0, "done": 0}
    )
    if "network" in kept:
        network.load_state_dict(kept["network"])
        mean, deviation = kept["mean"], kept["deviation"]
    for number, stage in list(enumerate(stages))[kept["stage"] :]:
        optimizer = torch.optim.AdamW(network.parameters(), lr=stage.peak_rate, weight_decay=1e-2)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            stage.peak_rate,
            total_steps=stage.passes * len(batches),
            pct_start=_WARM_UP,
            final_div_factor=100,
        )
        if number == kept["stage"] and kept["done"]:
            optimizer.load_state_dict(kept["optimizer"])
            scheduler.load_state_dict(kept["scheduler"])
        for done in range(kept["done"] if number == kept["stage"] else 0, stage.passes):
            losses = []
            network.train()
            for batch in random.permutation(len(batches)):
                optimizer.zero_grad()
                room = _Room(random=random, by_others=stage.by_others)
                loss, _scores = speech.loss(network, batches[batch], mean, deviation, room)
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), 5.0)
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            network.eval()
            wrong = speech.phone_error_rate(network, held_back, mean, deviation)
            print(
                f"stage {number + 1}, pass {done + 1}/{stage.passes}: loss {np.mean(losses):.3f}, "
                f"held-back phone errors {wrong:.3f}",
                flush=True,
            )
            state = {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "scheduler": scheduler.state_dict(),
                "mean": mean,
                "deviation": deviation,
                "stage": number,
                "done": done + 1,
            }
            torch.save(state, checkpoint)
    network.eval()
    room = _Room(random=random, by_others=stages[-1].by_others)
    return Network(
        feature_mean=mean,
        feature_deviation=deviation,
        layers=_layers(network),
        priors=speech.priors(network, batches[::20], mean, deviation, room),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """What is done to speech in training."""

    random: np.random.Generator
    by_others: bool


def _network(outputs: int) -> nn.Sequential:
    """Batch × bins × frames → batch × outputs × frames / 3, before the softmax."""
    parts: list[nn.Module] = []
    inputs = MEL_BINS
    for form in _FORM:
        parts += [
            nn.Conv1d(inputs, _WIDTH, form.kernel, stride=form.stride, dilation=form.dilation),
            nn.BatchNorm1d(_WIDTH),
            nn.ReLU(),
        ]
        inputs = _WIDTH
    return nn.Sequential(*parts, nn.Conv1d(inputs, outputs, 1))


def _layers(network: nn.Sequential) -> tuple[Layer, ...]:
    """Fold the batch normalisation into affine layers, inputs by frame offset as nnet3 appends them."""
    layers = []
    rate = 1
    for index, form in enumerate(_FORM):
        convolution, norm = network[3 * index], network[3 * index + 1]
        gain = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
        weights = (convolution.weight.detach() * gain[:, None, None]).permute(0, 2, 1).reshape(_WIDTH, -1)
        bias = ((convolution.bias - norm.running_mean) * gain + norm.bias).detach()
        offsets = tuple(rate * form.dilation * (tap - form.kernel // 2) for tap in range(form.kernel))
        layers.append(Layer(weights=weights.numpy(), bias=bias.numpy(), offsets=offsets))
        rate *= form.stride
    last = network[-1]
    layers.append(Layer(weights=last.weight.detach()[:, :, 0].numpy(), bias=last.bias.detach().numpy(), offsets=(0,)))
    return tuple(layers)


class _Speech:
    """The training speech as batches."""

    def __init__(self, dataset: Dataset, phones: PhoneSet, bank: NoiseBank) -> None:
        self._dataset = dataset
        self._bank = bank
        self._targets = [[phones.output(phone) for phone in said] for said in dataset.phones]
        self._to_mfcc = mfcc_matrix()

    def split(self) -> tuple[list[int], list[int]]:
        """Utterances held back and utterances to train on, each from short to long."""
        order = sorted(range(len(self._dataset)), key=self._dataset.length)
        return order[::_HELD_BACK], [index for place, index in enumerate(order) if place % _HELD_BACK]

    def feature_statistics(
        self, random: np.random.Generator
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Mean and standard deviation of each cepstral coefficient, in the noise and at the levels of training."""
        some = random.choice(len(self._dataset), min(600, len(self._dataset)), replace=False)
        frames = np.concatenate([self._features(int(index), _Room(random=random, by_others=False)) for index in some])
        return frames.mean(0), frames.std(0)

    def loss(
        self,
        network: nn.Sequential,
        batch: Sequence[int],
        mean: npt.NDArray[np.float32],
        deviation: npt.NDArray[np.float32],
        room: "_Room | None",
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Return the CTC loss of a batch and each utterance's log posteriors; without a room speech stays clean."""
        features = [(self._features(index, room) - mean) / deviation for index in batch]
        longest = max(map(len, features))
        # Edges are repeated, as Kaldi's decoder does for the context it has not.
        padded = np.stack(
            [np.pad(part, ((_CONTEXT, longest - len(part) + _CONTEXT), (0, 0)), mode="edge") for part in features]
        )
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=room is not None):  # twice as fast in training
            outputs = network(torch.from_numpy(padded).transpose(1, 2))
        scores = functional.log_softmax(outputs.float(), 1).transpose(1, 2)
        lengths = [-(-len(part) // FRAME_SUBSAMPLING) for part in features]
        targets = [self._targets[index] for index in batch]
        loss = functional.ctc_loss(
            scores.transpose(0, 1),
            torch.tensor([output for target in targets for output in target]),
            torch.tensor(lengths),
            torch.tensor([len(target) for target in targets]),
            zero_infinity=True,
        )
        return loss, [row[:length].detach() for row, length in zip(scores, lengths, strict=True)]

    def phone_error_rate(
        self,
        network: nn.Sequential,
        held_back: Sequence[int],
        mean: npt.NDArray[np.float32],
        deviation: npt.NDArray[np.float32],
    ) -> float:
        """Return insertions, deletions and substitutions of the best path, by phones said."""
        errors = total = 0
        with torch.no_grad():
            for first in range(0, len(held_back), _BATCH):
                batch = held_back[first : first + _BATCH]
                _loss, scores = self.loss(network, batch, mean, deviation, None)
                for index, row in zip(batch, scores, strict=True):
                    best = row.argmax(-1).tolist()
                    heard = [phone for place, phone in enumerate(best) if phone and best[place - 1 : place] != [phone]]
                    errors += edit_distance(heard, self._targets[index])
                    total += len(self._targets[index])
        return errors / total

    def priors(
        self,
        network: nn.Sequential,
        batches: Sequence[Sequence[int]],
        mean: npt.NDArray[np.float32],
        deviation: npt.NDArray[np.float32],
        room: "_Room",
    ) -> npt.NDArray[np.float64]:
        """Mean posterior of each output."""
        with torch.no_grad():
            rows = [row for batch in batches for row in self.loss(network, batch, mean, deviation, room)[1]]
        mean_posterior = torch.cat(rows).exp().double().mean(0)
        return np.asarray((mean_posterior / mean_posterior.sum()).numpy())

    def _features(self, index: int, room: "_Room | None") -> npt.NDArray[np.float32]:
        frames = self._dataset.utterance(index).astype(np.float32)
        if room is not None:
            frames = in_a_room(room.random, frames, self._bank, by_others=room.by_others)
        return np.asarray(frames @ self._to_mfcc)
