"""The benchmark of hearing: how noise is mixed in, what counts as right, and what the command prints."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from app.bench.speech import Labelled, mixed, read_labelled
from app.speech.hear import Recording
from app.speech.wav import to_wav
from intents.intent import Intent, NotRecognized, Recognized
from tests.app.commands.terminal import Terminal
from tests.app.speech.spoken import COFFEE

DEMO_PLANT = Path(__file__).parents[3] / "devices" / "plants" / "demo.yaml"


def test_noise_is_mixed_by_the_loudest_frames_and_the_sum_is_half_of_full_scale() -> None:
    speech = np.concatenate([np.zeros(4096), np.full(2048, 1000.0), np.zeros(4096)])
    noise = np.concatenate([np.full(2048, 10.0), np.full(2048, -300.0)])
    both = mixed(speech, noise, 6.0, offset=0)
    assert np.abs(both).max() == pytest.approx(0.5 * 32767)
    scale = both[0] / 10.0  # where there is only noise
    # 300 is the noise's loudest frame; the speech's is 1000: the ratio of their energies is 6 dB.
    gain = 1000.0 / (300.0 * math.sqrt(10**0.6))
    assert both[2048] / both[0] == pytest.approx(-30.0)
    assert both[4096] == pytest.approx(scale / gain * (1000.0 + gain * 10.0))


def test_noise_begins_anew_where_it_ends() -> None:
    noise = np.arange(1.0, 4097.0)
    both = mixed(np.ones(5000), noise, 0.0, offset=4090)
    pure = mixed(np.zeros(5000), np.zeros(10), 0.0, offset=3)
    assert np.argmin(both) == 6
    assert not pure.any()


@pytest.mark.parametrize(
    ("slots", "is_right"),
    [
        ({"coffeeDrink": "mocha", "size": "small"}, True),
        ({"coffeeDrink": "latte", "size": "small"}, False),
        ({"coffeeDrink": "mocha"}, False),
        ({"coffeeDrink": "mocha", "size": "small", "roast": "dark roast"}, True),
    ],
)
def test_an_order_is_right_when_its_intent_and_every_labelled_slot_are(slots: dict[str, str], is_right: bool) -> None:
    label = Labelled(
        name="a.wav",
        recording=Recording(pcm=bytes(2)),
        intent="orderDrink",
        slots={"coffeeDrink": "mocha", "size": "small"},
    )
    intent = Intent(name="orderDrink", slots=slots)
    assert label.is_met_by(Recognized(text="", language="en", intent=intent, interpretations=())) is is_right
    assert not label.is_met_by(NotRecognized(text="", language="en"))


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Three recordings of orders, and one of silence that is labelled as one."""
    labels = json.loads((COFFEE / "labels.json").read_text())
    names = sorted(labels)[:3]
    for name in names:
        (tmp_path / name).symlink_to(COFFEE / name)
    (tmp_path / "silence.wav").write_bytes(to_wav(bytes(64_000), 16_000))
    chosen = {name: labels[name] for name in names} | {"silence.wav": labels[names[0]]}
    (tmp_path / "labels.json").write_text(json.dumps(chosen))
    return tmp_path


def test_what_becomes_of_recordings_is_measured_as_they_are_and_in_noise(wanwan: Terminal, few: Path) -> None:
    hiss = few / "hiss"
    hiss.write_bytes(to_wav(np.random.default_rng(1).normal(0, 3000, 32_000).astype("<i2").tobytes(), 16_000))
    ended = wanwan(
        *("bench", "speech", "--json", "--recordings", str(few), "--labels", str(few / "labels.json")),
        *("--sentences", str(COFFEE / "sentences.yaml"), "--engine", "pocketsphinx"),
        *("--noise", str(hiss), "--snr", "24", "60"),
    )
    assert ended.code == 0, ended
    clean, louder, softer = ended.json["results"]
    assert (clean["snr_db"], louder["snr_db"], softer["snr_db"]) == (None, 24.0, 60.0)
    assert (clean["n"], clean["right"], clean["exact"], clean["wrong"]) == (4, 0.75, 0.75, 0.0)
    assert clean["rejected"] == 0.25
    assert louder["right"] + louder["wrong"] + louder["rejected"] == pytest.approx(1.0)
    assert clean["cpu_per_audio"] > 0
    assert 0 < clean["latency_ms"]["p50"] <= clean["latency_ms"]["p95"]
    assert "as recorded: 0.750 right of 4" in ended.err


def test_orders_of_coffee_are_no_commands_to_a_plant(wanwan: Terminal, few: Path) -> None:
    ended = wanwan(
        *("bench", "speech", "--json", "--false-accepts", str(few), "--engine", "pocketsphinx"),
        *("--plant", str(DEMO_PLANT)),
    )
    assert ended.code == 0, ended
    addressed, always = ended.json["false_accepts"]
    assert (addressed["station"], always["station"]) == ("addressed", "always_listening")
    assert addressed["n"] == always["n"] == 4
    assert always["commands"] == 0.0


def test_labels_without_recordings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"none of the \d+ recordings of .*labels\.json is in"):
        read_labelled(tmp_path, COFFEE / "labels.json")
    broken = tmp_path / "broken.json"
    broken.write_text('{"a.wav": {}}')
    (tmp_path / "a.wav").write_bytes(to_wav(bytes(64), 16_000))
    with pytest.raises(Exception, match="holds no labels"):
        read_labelled(tmp_path, broken)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--recordings", "x"],
        ["--noise", "x"],
        ["--false-accepts", "x"],
        ["--false-accepts", "x", "--plant", "y", "--labels", "z"],
        ["--recordings", "x", "--labels", "y", "--sentences", "z", "--snr", "6"],
    ],
)
def test_options_that_belong_together_are_asked_for(wanwan: Terminal, arguments: list[str]) -> None:
    ended = wanwan("bench", "speech", *arguments)
    assert ended.code == 2, ended
    assert "belong together" in ended.err
