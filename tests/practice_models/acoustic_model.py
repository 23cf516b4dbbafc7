"""`am/final.mdl`: a TransitionModel and an nnet3 network, as nnet3's AmNnetSimple reads them.

Sources: kaldi/src/hmm/transition-model.cc and hmm-topology.cc (topology with one entry for all phones, `<Triples>`),
nnet3/nnet-nnet.cc (configuration lines, empty line, components), nnet-simple-component.cc, am-nnet-simple.cc.
"""

from dataclasses import dataclass

import numpy as np

from tests.practice_models.kaldi_binary import BinaryWriter, FloatArray, Storage
from tests.practice_models.phones import PhoneSet

FRAME_SUBSAMPLING = 3
"""One output for each three feature frames (30 ms)."""
PRIOR_SCALE = 0.3
"""How much of the outputs' log priors is taken off: CTC's blank is otherwise preferred (found by trial, 0 to 1)."""
_LEAST_PRIOR = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """An affine layer over some frames of the layer before."""

    weights: FloatArray
    """Outputs × (offsets · inputs)."""
    bias: FloatArray
    offsets: tuple[int, ...]
    """Feature frames relative to the present one, from which inputs are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A trained network, batch normalisation folded in: affine + rectified linear, at last affine + log-softmax."""

    feature_mean: FloatArray
    feature_deviation: FloatArray
    layers: tuple[Layer, ...]
    priors: FloatArray
    """Mean posterior of each output over the training speech."""


def final_mdl(phones: PhoneSet, network: Network) -> bytes:
    """Return the whole file; weights take one byte each."""
    out = BinaryWriter()
    _write_transition_model(out, phones)
    _write_network(out, network)
    return out.getvalue()


def _write_transition_model(out: BinaryWriter, phones: PhoneSet) -> None:
    numbers = list(phones.numbers)
    out.tokens("<TransitionModel>", "<Topology>")
    out.integer_vector(numbers)
    out.integer_vector([-1] + [0] * len(numbers))  # phone id → topology entry
    out.integers(1, 2)  # one entry of two states
    out.integers(0, 2)  # the emitting state, pdf-class 0, two transitions:
    for target in (0, 1):  # to itself, and onward
        out.integers(target)
        out.floats(0.5)
    out.integers(-1, 0)  # the final state: no pdf, no transitions
    out.tokens("</Topology>", "<Triples>")
    out.integers(len(numbers))
    for number in numbers:
        out.integers(number, 0, phones.output_of(number))  # phone, state, pdf
    out.tokens("</Triples>", "<LogProbs>")
    out.vector([0.0] + [float(np.log(0.5))] * (2 * len(numbers)))
    out.tokens("</LogProbs>", "</TransitionModel>")


def _write_network(out: BinaryWriter, network: Network) -> None:
    lines = [f"input-node name=input dim={len(network.feature_mean)}"]
    components = BinaryWriter()
    count = 0

    def node(name: str, source: str) -> None:
        nonlocal count
        count += 1
        lines.append(f"component-node name={name} component={name} input={source}")
        components.tokens("<ComponentName>", name)

    node("norm", "input")
    scale = 1 / network.feature_deviation
    _write_affine(components, np.diag(scale), -network.feature_mean * scale, Storage.FLOAT)
    previous = "norm"
    for index, layer in enumerate(network.layers):
        node(f"affine{index}", _descriptor(previous, layer.offsets))
        _write_affine(components, layer.weights, layer.bias, Storage.BYTE)
        previous = f"output{index}"
        node(previous, f"affine{index}")
        is_last = index == len(network.layers) - 1
        _write_nonlinearity(components, "LogSoftmax" if is_last else "RectifiedLinear", len(layer.bias))
    lines.append(f"output-node name=output input={previous} objective=linear")
    out.tokens("<Nnet3>")
    out.text("\n" + "\n".join(lines) + "\n\n")
    out.tokens("<NumComponents>")
    out.integers(count)
    out.append(components)
    out.tokens("</Nnet3>", "<LeftContext>")
    out.integers(0)  # both contexts are computed anew on loading
    out.tokens("<RightContext>")
    out.integers(0)
    out.tokens("<Priors>")
    out.vector(np.maximum(network.priors, _LEAST_PRIOR) ** PRIOR_SCALE)


def _descriptor(source: str, offsets: tuple[int, ...]) -> str:
    if offsets == (0,):
        return source
    parts = (f"Offset({source}, {offset})" if offset else source for offset in offsets)
    return f"Append({', '.join(parts)})"


def _write_affine(out: BinaryWriter, weights: FloatArray, bias: FloatArray, storage: Storage) -> None:
    out.tokens("<FixedAffineComponent>", "<LinearParams>")
    out.matrix(weights, storage)
    out.tokens("<BiasParams>")
    out.vector(bias)
    out.tokens("</FixedAffineComponent>")


def _write_nonlinearity(out: BinaryWriter, kind: str, dimension: int) -> None:
    out.tokens(f"<{kind}Component>", "<Dim>")
    out.integers(dimension)
    for statistic in ("<ValueAvg>", "<DerivAvg>"):
        out.tokens(statistic)
        out.vector([])
    out.tokens("<Count>")
    out.double(0.0)
    out.tokens(f"</{kind}Component>")
