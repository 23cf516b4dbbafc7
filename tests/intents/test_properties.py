"""Whatever is said: what the templates allow is understood, and a changed command never acts on the first device."""

import random
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.vocabulary import recognizer_for
from devices.plant_file import DEMO_PLANT_FILE, load_plant
from intents.intent import ACTING, ACTION_OF, Ambiguous, NoAction, Recognized
from intents.recognizer import Recognizer

LANGUAGES = st.sampled_from(["en", "ja"])
SEEDS = st.integers(min_value=0, max_value=2**32)
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def engine(language: str) -> Recognizer:
    return recognizer_for(load_plant(DEMO_PLANT_FILE), language)


@cache
def commands(language: str) -> list[tuple[str, str, str]]:
    """Return sentences that act on one device, with intent and device."""
    found = []
    rng = random.Random(5)
    spoken = [t for t in engine(language).sentences.templates if t.intent in ACTION_OF]
    for template in spoken:
        for _ in range(12):
            text = engine(language).sample_of(rng, template, is_brief=True).text
            meant = engine(language).recognize(text)
            if isinstance(meant, Recognized) and meant.intent.name in ACTION_OF:
                found.append((text, meant.intent.name, meant.intent.slots["device"]))
    return found


@RELAXED
@given(LANGUAGES, SEEDS)
def test_sampled_sentence_comes_back_as_its_own_reading(language: str, seed: int) -> None:
    sample = engine(language).sample_of(random.Random(seed))
    explained = engine(language).explain(sample.text)
    intents = {reading.intent.name for reading in explained.readings}
    assert sample.template.intent in intents, sample.text
    assert isinstance(explained.recognition, Recognized | Ambiguous | NoAction)
    if isinstance(explained.recognition, Recognized) and explained.recognition.intent.name in ACTING:
        assert explained.recognition.intent.name == sample.template.intent


@RELAXED
@given(LANGUAGES, SEEDS, st.data())
def test_word_inserted_into_a_command_never_moves_it_to_another_device(
    language: str, seed: int, data: st.DataObject
) -> None:
    text, intent, device = random.Random(seed).choice(commands(language))
    words = text.split()
    vocabulary = sorted(
        {word for said, _, _ in commands(language) for word in said.split()} | {"not", "9", "ない", "か"}
    )
    place = data.draw(st.integers(min_value=0, max_value=len(words)))
    word = data.draw(st.sampled_from(vocabulary) | st.text(min_size=1, max_size=6))
    changed = " ".join([*words[:place], word, *words[place:]])
    found = engine(language).recognize(changed)
    if isinstance(found, Recognized) and found.intent.name == intent:
        assert found.intent.slots["device"] == device or names_another_number(language, text, changed)


def names_another_number(language: str, text: str, changed: str) -> bool:
    """Tell whether the inserted word belongs to a number now: five → twenty five."""
    normalizer = engine(language).sentences.language.normalizer

    def values(said: str) -> set[str]:
        tokens = normalizer.tokens(said)
        numbers = normalizer.numerals.read(tokens)
        places = range(len(tokens.texts))
        return {span.value for place in places for span in (*numbers.at(place), *numbers.ordinals_at(place))}

    return values(text) != values(changed)


@RELAXED
@given(LANGUAGES, SEEDS, st.integers(min_value=0, max_value=99))
def test_changed_number_never_yields_the_original_act(language: str, seed: int, number: int) -> None:
    choices = [c for c in commands(language) if sum(word.isdecimal() for word in c[0].split()) == 1]
    text, intent, device = random.Random(seed).choice(choices)
    words = text.split()
    place = next(k for k, word in enumerate(words) if word.isdecimal())
    if int(words[place]) == number:
        return
    changed = " ".join([*words[:place], str(number), *words[place + 1 :]])
    found = engine(language).recognize(changed)
    if isinstance(found, Recognized):
        assert (found.intent.name, found.intent.slots.get("device")) != (intent, device)
        assert found.intent.slots.get("device", "").endswith(f"-{number}")


@RELAXED
@given(LANGUAGES, st.text(max_size=300))
def test_any_text_gets_an_answer(language: str, text: str) -> None:
    found = engine(language).recognize(text)
    assert found.text == text
    assert found.language == language


@RELAXED
@given(LANGUAGES, SEEDS, st.integers(min_value=1, max_value=400))
def test_work_grows_with_length_only(language: str, seed: int, count: int) -> None:
    """Every state at every place is visited once, whatever is said: so count visits, not time."""
    rng = random.Random(seed)
    pieces = [engine(language).sample_of(rng).text for _ in range(3)]
    words = [rng.choice(rng.choice(pieces).split()) for _ in range(count)]
    lattice = engine(language)._lattice(" ".join(words)[:1000])
    assert lattice is not None
    run = engine(language)._run(lattice)
    assert len(run.reached) <= len(lattice.tokens.texts) + 1
    assert sum(len(ending) for ending in run._ending.values()) <= 40 * (len(lattice.tokens.texts) + 1)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_commands_were_found_to_try_with(language: str) -> None:
    assert len(commands(language)) > 50
    assert len({intent for _, intent, _ in commands(language)}) == len(ACTION_OF)
