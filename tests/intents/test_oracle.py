"""hassil, whose syntax we share, says what a template matches; where it is known to be wrong, we say so."""

import random
from typing import Any

import hassil
import pytest
from hassil.sample import sample_expression
from ruamel.yaml import YAML

from intents.recognizer import Recognizer
from intents.sentences import read_sentences
from tests.intents.words import lexicon, short

TEMPLATES = [
    "turn (on|off) [the] light[s]",
    "[please] (set|change) [the] {colour} (light|lamp) [now]",
    "(red;green;blue) lamp",
    "what['s| is] [the] [current] time",
    "<go> [to] [the] {room:place} [<end>]",
    "brightness {level} [percent]",
    "(play|start) [some] (music|(the|a) song) [in [the] {room}]",
]
RULES = {"go": "(go|walk|run [fast])", "end": "(now|please|right away)"}
LISTS: dict[str, Any] = {
    "colour": {"values": ["red", "dark green", {"in": "(blue|azure)", "out": "blue"}]},
    "room": {"values": ["kitchen", {"in": "living room", "out": "lounge"}]},
    "level": {"range": {"from": 0, "to": 100, "step": 5}},
}


def data(templates: list[str]) -> dict[str, Any]:
    intents = {f"T{index}": {"data": [{"sentences": [template]}]} for index, template in enumerate(templates)}
    return {"language": "en", "intents": intents, "expansion_rules": RULES, "lists": LISTS}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    file = tmp_path_factory.mktemp("oracle") / "sentences.yaml"
    with file.open("w", encoding="utf-8") as out:
        YAML(typ="safe").dump(data(TEMPLATES), out)
    return Recognizer(read_sentences([file]), lexicon("en"))


@pytest.fixture(scope="module")
def theirs() -> Any:
    return hassil.Intents.from_dict(data(TEMPLATES))


def both(ours: Recognizer, theirs: Any, said: str) -> tuple[str, str]:
    found = hassil.recognize(said, theirs)
    if found is None:
        return short(ours.recognize(said)), "?"
    slots = {
        name: format(entity.value, "g") if isinstance(entity.value, float) else entity.value
        for name, entity in found.entities.items()
    }
    return short(ours.recognize(said)), " ".join([found.intent.name, *(f"{k}={v}" for k, v in sorted(slots.items()))])


def sampled(theirs: Any) -> list[str]:
    found = []
    for intent in theirs.intents.values():
        for block in intent.data:
            for sentence in block.sentences:
                for text in sample_expression(
                    sentence.expression,
                    slot_lists=theirs.slot_lists,
                    expansion_rules=theirs.expansion_rules,
                    language="en",
                ):
                    found.append(" ".join(text.split()))
                    if len(found) % 400 == 0:
                        break
    return found


def test_what_hassil_samples_means_the_same_to_both(ours: Recognizer, theirs: Any) -> None:
    texts = random.Random(1).sample(sorted(set(sampled(theirs))), 300)
    different = [(text, *found) for text in texts if len(set(found := both(ours, theirs, text))) > 1]
    assert different == []


def test_what_is_not_a_sentence_is_one_for_neither(ours: Recognizer, theirs: Any) -> None:
    rng = random.Random(2)
    texts = rng.sample(sorted(set(sampled(theirs))), 150)
    different = []
    for text in texts:
        words = text.split()
        rng.shuffle(words)
        said = " ".join(words)
        mine, hassils = both(ours, theirs, said)
        if mine != hassils:
            different.append((said, mine, hassils))
    assert different == []


def test_hassil_splits_a_number_between_two_slots_and_we_do_not(tmp_path: Any) -> None:
    content = {
        "language": "en",
        "intents": {"Open": {"data": [{"sentences": ["open valve {valve} {amount} percent"]}]}},
        "lists": {"valve": {"values": ["2", "25"]}, "amount": {"range": {"from": 0, "to": 100}}},
    }
    said = "open valve 25 percent"
    theirs = hassil.recognize(said, hassil.Intents.from_dict(content))
    if theirs is not None:
        assert {name: str(entity.value) for name, entity in theirs.entities.items()} == {"valve": "2", "amount": "5.0"}
    file = tmp_path / "sentences.yaml"
    with file.open("w", encoding="utf-8") as out:
        YAML(typ="safe").dump(content, out)
    assert short(Recognizer(read_sentences([file]), lexicon("en")).recognize(said)) == "?"
