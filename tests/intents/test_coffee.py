"""The engine knows nothing of helium: it takes a closed grammar of coffee orders as well."""

import json
import random
from pathlib import Path

import pytest

from intents.intent import Recognized
from intents.lexicon import Lexicon
from intents.recognizer import Recognizer
from intents.sentences import read_sentences

FOLDER = Path(__file__).parent.parent / "recordings" / "coffee"
SLOTS_BEFORE = ("size", "roast", "numberOfShots")


@pytest.fixture(scope="module")
def engine() -> Recognizer:
    return Recognizer(read_sentences([FOLDER / "sentences.yaml"]), Lexicon())


def orders() -> list[dict[str, str]]:
    return [label["slots"] for label in json.loads((FOLDER / "labels.json").read_text()).values()]


def say(slots: dict[str, str], rng: random.Random) -> str:
    before = [slots[slot] for slot in SLOTS_BEFORE if slot in slots]
    rng.shuffle(before)
    extras = [slots[slot] for slot in ("milkAmount", "sugarAmount") if slot in slots]
    rng.shuffle(extras)
    with_what = f" with {' and '.join(extras)}" if extras else ""
    return (
        f"{rng.choice(['Can I get', 'Make me', 'I’d like'])} a {' '.join([*before, slots['coffeeDrink']])}{with_what}."
    )


def test_every_labelled_order_is_understood_with_exactly_its_slots(engine: Recognizer) -> None:
    rng = random.Random(1)
    assert orders()
    for slots in orders():
        found = engine.recognize(say(slots, rng))
        assert isinstance(found, Recognized), say(slots, rng)
        assert found.intent.name == "orderDrink"
        assert dict(found.intent.slots) == slots


def test_its_word_graph_holds_every_order(engine: Recognizer) -> None:
    graph = engine.word_graph()
    assert {"cappuccino", "eight", "ounce", "i'd", "brew"} <= graph.words
    assert not graph.wildcards


def test_an_order_with_a_word_too_much_is_none(engine: Recognizer) -> None:
    assert isinstance(engine.recognize("can i get a small latte"), Recognized)
    assert not isinstance(engine.recognize("can i get a small small latte"), Recognized)
    assert not isinstance(engine.recognize("can i get a small latte please"), Recognized)
