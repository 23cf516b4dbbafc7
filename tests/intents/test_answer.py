"""Every sentence the service says exists in both languages and writes its values as people do."""

import string
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from intents.answer import Answers
from intents.errors import AnswerError, AnswerFileError, UnknownLanguageError
from intents.intent import ACTION_OF, IntentName, NoActionReason
from intents.wording import Wording

TOKYO = ZoneInfo("Asia/Tokyo")
EN, JA = Answers.load("en"), Answers.load("ja")
BOTH = {"en": EN, "ja": JA}
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=TOKYO)
SAMPLE: dict[str, object] = {
    "age_s": 20.0,
    "duration_s": 5400.0,
    "span_s": 43200.0,
    "limit_s": 60.0,
    "at": datetime(2026, 11, 22, 14, 5, tzinfo=TOKYO),
    "now": NOW,
    "numbers": (1, 2),
    "values": (25, 5),
    "choices": ("one thing", "another"),
    "items": ("one thing", "another"),
    "names": ("compressor 1", "valve 7"),
    "stopped": ("compressor 1",),
    "already": ("compressor 2",),
    "failed": ("compressor 3",),
    "unknown": ("compressor 4",),
    "value": 14.7,
    "result": 4.28,
    "percent": 72,
    "litres": 72,
    "m3": 12.4,
    "limit": 18,
    "reference_c": 0,
    "count": 2,
    "number": 9,
    "unit": "MPa",
    "to_unit": "L",
    "device": "compressor 1",
    "other": "bag 1",
    "noun": "compressor",
    "plural": "compressors",
    "state": "RUNNING",
    "mode": "auto",
    "action": "start",
    "reason": "interlock",
    "role": "operator",
    "language": "ja",
    "quantity": "pressure",
}


def sample_of(answers: Answers, code: str, *, required_only: bool = False) -> dict[str, object]:
    names = answers.placeholders(code)
    values = {name: SAMPLE.get(name, "something") for name, needed in names.items() if needed or not required_only}
    return values | {"now": NOW, "noun": "compressor", "plural": "compressors"}


def test_both_languages_have_the_same_codes() -> None:
    assert list(EN.sentences) == list(JA.sentences)


@pytest.mark.parametrize("code", EN.sentences)
def test_a_code_takes_the_same_values_in_both_languages(code: str) -> None:
    assert dict(EN.placeholders(code)) == dict(JA.placeholders(code))


def test_both_languages_have_the_same_tables_of_words() -> None:
    for table, words in EN.wording.words.items():
        assert set(words) == set(JA.wording.words[table]), table
    assert set(EN.wording.words) == set(JA.wording.words)
    assert set(EN.wording.counts) == set(JA.wording.counts)
    assert set(EN.wording.units) == set(JA.wording.units)


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("code", EN.sentences)
def test_every_sentence_can_be_said_with_all_and_with_only_the_needed_values(language: str, code: str) -> None:
    answers = BOTH[language]
    for required_only in (False, True):
        text = answers.say(code, **sample_of(answers, code, required_only=required_only))
        assert text
        assert not set(text) & set("{}[]")
        assert "  " not in text


@pytest.mark.parametrize("language", BOTH)
def test_every_reason_intent_and_action_has_its_sentences(language: str) -> None:
    answers = BOTH[language]
    needed = {f"no_action_{reason}" for reason in NoActionReason} | {f"intent_{name}" for name in IntentName}
    for action in ACTION_OF.values():
        needed |= {f"challenge_{action}", f"challenge_say_{action}", f"say_{action}", f"done_{action}"}
        for table in ("do", "did", "done_to"):
            assert action in answers.wording.words[table]
    assert needed <= set(answers.sentences)


def test_a_level_is_said_with_its_age() -> None:
    values = {"percent": 72.0, "litres": 72.0, "age_s": 20.4}
    assert EN.say("level", device="dewar 3", **values) == (
        "Dewar 3 is at 72 percent, 72 litres, measured 20 seconds ago."
    )
    assert JA.say("level", device="デュワー3", **values) == (
        "デュワー3は72パーセント、72リットルです。20秒前の測定です。"
    )


def test_a_pressure_is_said_in_its_unit() -> None:
    values = {"quantity": "discharge_pressure_mpa", "value": 14.72, "unit": "MPa"}
    assert EN.say("reading", device="compressor 1", **values) == (
        "The discharge pressure of compressor 1 is 14.7 megapascals."
    )
    assert JA.say("reading", device="圧縮機1", **values) == "圧縮機1の吐出圧は14.7メガパスカルです。"


def test_a_name_without_a_number_has_an_article_in_english() -> None:
    assert EN.say("level", device="mother dewar", percent=50, litres=2000) == (
        "The mother dewar is at 50 percent, 2000 litres."
    )


def test_a_challenge_names_the_act_and_how_to_confirm_it() -> None:
    say = EN.say("challenge_say_start", device="compressor 1")
    assert EN.say("challenge_start", device="compressor 1", say=say) == (
        "This starts compressor 1. To go ahead say: confirm start compressor one."
    )
    say = JA.say("challenge_say_start", device="圧縮機1")
    assert JA.say("challenge_start", device="圧縮機1", say=say) == (
        "圧縮機1を起動します。よければ「圧縮機1の起動を確認」と言ってください。"
    )


def test_a_device_that_does_not_exist_is_answered_with_those_that_do() -> None:
    assert EN.say("no_action_no_such_device", noun="compressor", plural="compressors", number=9, numbers=(1, 2)) == (
        "There is no compressor nine. There are compressors one and two."
    )
    assert EN.say(
        "no_action_no_such_device", noun="valve", plural="valves", number=25, numbers=tuple(range(1, 13))
    ) == ("There is no valve twenty five. There are valves one to twelve.")
    assert EN.say("no_action_no_such_device", noun="purifier", plural="purifiers", number=2, numbers=(1,)) == (
        "There is no purifier two. There is only purifier one."
    )
    assert JA.say("no_action_no_such_device", noun="圧縮機", plural="圧縮機", number=9, numbers=(1, 2)) == (
        "圧縮機9はありません。あるのは圧縮機1と2です。"
    )


def test_an_open_device_is_asked_for_by_number() -> None:
    assert EN.say("ambiguous_device", noun="compressor", numbers=(1, 2)) == "Which compressor, one or two?"
    assert JA.say("ambiguous_device", noun="圧縮機", numbers=(1, 2)) == "どの圧縮機ですか、1か2？"


def test_an_emergency_stop_always_points_to_the_red_button() -> None:
    assert EN.say("stop_all", stopped=("compressor 1", "compressor 2"), failed=()) == (
        "Stopped: compressor 1 and compressor 2. In danger, press the red button."
    )
    assert "red button" in EN.say("stop_all")
    assert "赤いボタン" in JA.say("stop_all")
    assert "red button" in EN.say("stop_all_unreachable")
    assert "赤いボタン" in JA.say("stop_all_unreachable")


def test_what_is_not_known_is_said_so() -> None:
    assert EN.say("unknown", device="compressor 1", action="start", reason="no_new_state") == (
        "I don't know whether compressor 1 started: it acknowledged the command but has not shown a new state. "
        "Look at the machine."
    )
    assert "分かりません" in JA.say("unknown", device="圧縮機1", action="start", reason="no_new_state")


@pytest.mark.parametrize(
    ("form", "value", "en", "ja"),
    [
        ("as MPa", 14.70, "14.7 megapascals", "14.7メガパスカル"),
        ("as MPa", 1.0, "1 megapascal", "1メガパスカル"),
        ("as MPa", 0.2, "0.2 megapascals", "0.2メガパスカル"),
        ("as kPa", 101.325, "101 kilopascals", "101キロパスカル"),
        ("as K", 4.214, "4.21 kelvin", "4.21ケルビン"),
        ("as degC", -268.93, "-269 degrees Celsius", "-269度"),
        ("as %", 72.4, "72 percent", "72パーセント"),
        ("as %", 7.25, "7.3 percent", "7.3パーセント"),
        ("as %", 100.0, "100 percent", "100パーセント"),
        ("as %", -0.04, "0 percent", "0パーセント"),
        ("as % purity", 99.9996, "99.999 percent", "99.999パーセント"),
        ("as % oxygen", 17.99, "17.9 percent", "17.9パーセント"),
        ("as h", 12345.6, "12346 hours", "12346時間"),
        ("as L/d", 1.04, "1 litre a day", "1日に1リットル"),
        ("as furlong", 2, "2 furlong", "2furlong"),
        ("ago", 0.4, "just now", "たった今"),
        ("ago", 20, "20 seconds ago", "20秒前"),
        ("ago", 180, "3 minutes ago", "3分前"),
        ("ago", 7200, "2 hours ago", "2時間前"),
        ("duration", 9000, "2 hours 30 minutes", "2時間30分"),
        ("duration", 3599 * 24, "24 hours", "24時間"),
        ("duration", 86400 * 3, "3 days", "3日"),
        ("number", 25, "twenty five", "25"),
        ("number", 100, "100", "100"),
        ("spoken", "valve 12", "valve twelve", "valve 12"),
        ("and", (1, 2, 5), "one, two and five", "1、2と5"),
        ("and", (3, 4, 5, 6), "three to six", "3から6まで"),
        ("or", ("a", "b"), "a or b", "aかb"),
        ("and", ("a",), "a", "a"),
        ("word states", "RUNNING", "running", "運転中です"),
        ("word short_states", "OPEN", "open", "開"),
        ("word reasons", "gremlins", 'it says "gremlins"', "機器の応答は「gremlins」です"),
    ],
)
def test_a_value_is_written_as_people_say_it(form: str, value: object, en: str, ja: str) -> None:
    assert EN.wording.write(value, form, {}) == en
    assert JA.wording.write(value, form, {}) == ja


@pytest.mark.parametrize(
    ("at", "en", "ja"),
    [
        (datetime(2026, 11, 22, 9, 5, tzinfo=TOKYO), "today at 9:05", "今日9時5分"),
        (datetime(2026, 11, 21, 23, 59, tzinfo=TOKYO), "yesterday at 23:59", "昨日23時59分"),
        (datetime(2026, 3, 1, 0, 0, tzinfo=TOKYO), "on 1 March at 0:00", "3月1日0時0分"),
    ],
)
def test_a_moment_is_told_from_today(at: datetime, en: str, ja: str) -> None:
    assert EN.wording.write(at, "moment", {"now": NOW}) == en
    assert JA.wording.write(at, "moment", {"now": NOW}) == ja


def test_a_word_may_depend_on_the_kind_of_device() -> None:
    content = EN.wording.model_dump()
    content["words"]["states"] = {"OPEN": {"valve": "wide open", "other": "open"}}
    wording = Wording.model_validate(content)
    assert wording.write("OPEN", "word states", {"kind": "valve"}) == "wide open"
    assert wording.write("OPEN", "word states", {}) == "open"


def test_a_missing_needed_value_is_an_error_that_names_it() -> None:
    with pytest.raises(AnswerError, match="percent"):
        EN.say("level", device="dewar 3")
    with pytest.raises(AnswerError, match="no answer"):
        EN.say("nonsense")
    with pytest.raises(AnswerError, match="number"):
        EN.say("level", device="dewar 3", percent="many")


def test_a_site_changes_sentences_without_python(tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("answers: {nothing_heard: 'Pardon me?'}\nwords: {states: {OPEN: wide open}}\n", encoding="utf-8")
    answers = Answers.load("en", extra=(file,))
    assert answers.say("nothing_heard") == "Pardon me?"
    assert answers.say("status", device="valve 7", state="OPEN") == "Valve 7 is wide open."
    assert answers.say("status", device="valve 7", state="CLOSED") == "Valve 7 is closed."


@pytest.mark.parametrize(
    "text",
    [
        "answers: {level: '{device'}",
        "answers: {level: '[{device}'}",
        "answers: {level: '{device}]'}",
        "answers: [level]",
        "units: {barrel: {one: one barrel}}",
        "durations: 3",
        "colour: red",
        "[]",
        "a: b: c",
    ],
)
def test_a_broken_answer_file_is_reported_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AnswerFileError, match=r"answers\.yaml"):
        Answers.load("en", extra=(file,))


def test_a_language_without_answers_is_refused() -> None:
    with pytest.raises(UnknownLanguageError):
        Answers.load("fr")


def test_every_field_form_is_one_the_wording_knows() -> None:
    for answers in BOTH.values():
        for code, sentence in answers.sentences.items():
            for field in sentence.fields():
                if field.form.startswith("word "):
                    assert field.form.removeprefix("word ") in answers.wording.words, code
                assert set(field.name) <= set(string.ascii_lowercase + string.digits + "_")
