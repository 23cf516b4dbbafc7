"""How a sentence is understood, for people and for programs."""

import json

from tests.app.commands.terminal import Terminal, run_process

FIELDS = {"text", "language", "result", "intent", "slots", "readings", "reason", "elapsed_us"}


def test_an_understood_sentence_is_explained_with_its_template_and_place(wanwan: Terminal) -> None:
    ended = wanwan("explain", "start compressor one")
    assert (ended.code, ended.err) == (0, "")
    first, *rest = ended.out.splitlines()
    assert first == "recognized: StartCompressor device=compressor-1"
    assert "[en/compressor.yaml:" in "\n".join(rest)


def test_a_sentence_that_is_not_understood_tells_what_stopped_it_and_what_is_alike(wanwan: Terminal) -> None:
    ended = wanwan("explain", "start compressor one tomorrow morning or so")
    assert ended.code == 0
    assert ended.out.startswith("not_recognized")
    assert "stopped by" in ended.out
    assert "did you mean" in ended.out


def test_json_is_one_object_with_the_fields_of_the_contract(wanwan: Terminal) -> None:
    ended = wanwan("explain", "--json", "--language", "ja", "圧縮機1を起動して")
    assert set(ended.json) == FIELDS
    assert (ended.json["result"], ended.json["intent"], ended.json["slots"]) == (
        "recognized",
        "StartCompressor",
        {"device": "compressor-1"},
    )
    assert ended.json["elapsed_us"] > 0
    assert "圧縮機" in ended.out


def test_each_line_of_standard_input_becomes_an_object_a_line_whatever_is_in_it() -> None:
    lines = [b"how full is bag one", b"", b"start the compressor", b"start compressor nine", b"\xff\x00\x1b[2J", b"fox"]
    ended = run_process("explain", "-", stdin=b"\r\n".join(lines))
    assert (ended.code, ended.err) == (0, "")
    objects = [json.loads(line) for line in ended.out.splitlines()]
    assert [set(found) for found in objects] == [FIELDS] * len(lines)
    assert [found["result"] for found in objects] == [
        "recognized",
        "not_recognized",
        "ambiguous",
        "no_action",
        "not_recognized",
        "not_recognized",
    ]
    assert objects[2]["reason"] == "device"
    assert objects[3]["reason"] == "no_such_device"


def test_an_unknown_language_is_told_with_those_there_are(wanwan: Terminal) -> None:
    assert "en, ja" in wanwan.failing("explain", "--language", "fr", "bonjour")
