"""What recognisers expect follows the dialogue, and is made of the same sentences."""

from collections.abc import Mapping

import pytest

from app.listen.address import addresses
from app.listen.grammars import ADDRESSED, CLARIFICATION, CONFIRMATION, dialogue_graphs, grammar_names
from app.speech.grammar import Grammar, compile_grammar, reachable
from devices.plant import Plant
from devices.plant_file import DEMO_PLANT_FILE
from tests.app.site import recognizers_of

SAID = {
    "en": {
        ADDRESSED: ["hey helium", "hey helium open valve three", "open valve three", "stop everything"],
        CONFIRMATION: [
            "confirm open valve three",
            "hey helium cancel",
            "no",
            "stop everything",
            "open valve three",
            "yes",
        ],
        CLARIFICATION: ["two", "compressor two", "hey helium two", "cancel", "status of compressor two"],
    },
    "ja": {
        ADDRESSED: ["ねえ ヘリウム", "ねえ ヘリウム バルブ 三 を 開け て", "全部 止め て"],
        CONFIRMATION: ["バルブ 三 の 開放 を 確認", "キャンセル", "いいえ"],
        CLARIFICATION: ["二", "圧縮機 二", "キャンセル"],
    },
}
NOT_SAID = {
    "en": {
        ADDRESSED: ["helium open valve three", "open valve three hey helium", "two"],
        CONFIRMATION: ["what is the level of dewar three"],
        CLARIFICATION: ["helium two"],
    },
    "ja": {
        ADDRESSED: ["ヘリウム バルブ 三 を 開け て"],
        CONFIRMATION: ["デュワー 三 の 液面 は"],
        CLARIFICATION: ["ヘリウム 二"],
    },
}


@pytest.fixture(scope="module", params=["en", "ja"])
def grammars(request: pytest.FixtureRequest, demo_plant: Plant) -> tuple[str, Mapping[str, Grammar]]:
    language: str = request.param
    recognizer = recognizers_of(DEMO_PLANT_FILE)[language]
    address = addresses(demo_plant, (language,))[language]
    graphs = dialogue_graphs(recognizer, recognizer.word_graph(), address)
    return language, {name: compile_grammar(graph) for name, graph in graphs.items()}


def accepts(grammar: Grammar, sentence: str) -> bool:
    states = reachable([grammar.start], grammar._silent)
    for word in sentence.split():
        states = reachable((to for at in states for to in grammar._spoken.get((at, word), ())), grammar._silent)
    return not grammar.finals.isdisjoint(states)


def test_each_state_expects_what_is_said_in_it(grammars: tuple[str, Mapping[str, Grammar]]) -> None:
    language, named = grammars
    assert set(named) == {ADDRESSED, CONFIRMATION, CLARIFICATION}
    for name, sentences in SAID[language].items():
        assert [sentence for sentence in sentences if not accepts(named[name], sentence)] == [], name


def test_no_state_expects_what_is_not(grammars: tuple[str, Mapping[str, Grammar]]) -> None:
    language, named = grammars
    for name, sentences in NOT_SAID[language].items():
        assert [sentence for sentence in sentences if accepts(named[name], sentence)] == [], name


def test_a_station_needs_its_own_grammars() -> None:
    assert grammar_names(is_hands_free=True) == (ADDRESSED, CONFIRMATION, CLARIFICATION)
    assert ADDRESSED not in grammar_names(is_hands_free=False)
