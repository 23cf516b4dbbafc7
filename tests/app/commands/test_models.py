"""Recogniser models, listed, installed from a file and verified; and the grammars they are given."""

import zipfile
from pathlib import Path

import pytest

from tests.app.commands.terminal import Terminal
from tests.app.speech.spoken import PRACTICE


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Give a zip of a real model under a name that does not tell its language."""
    path = tmp_path / "tiny-model.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        for file in (PRACTICE / "en").rglob("*"):
            zipped.write(file, Path("tiny-model") / file.relative_to(PRACTICE / "en"))
    return path


def test_known_models_are_listed_though_none_is_installed(wanwan: Terminal) -> None:
    ended = wanwan("models", "list")
    assert ended.code == 0
    assert "vosk-model-small-ja-0.22" in ended.out
    assert "not installed" in ended.out
    assert {model["directory"] for model in wanwan("models", "list", "--json").json["models"]} == {None}


def test_a_model_is_installed_from_a_local_zip_and_listed(wanwan: Terminal, archive: Path) -> None:
    assert "--language en" in wanwan.failing("models", "install", str(archive))
    ended = wanwan("models", "install", str(archive), "--language", "en")
    assert (ended.code, ended.err) == (0, "")
    installed = {model["name"]: model for model in wanwan("models", "list", "--json").json["models"]}["tiny-model"]
    assert installed["language"] == "en"
    assert installed["directory"] in ended.out


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("vosk-model-of-nobody", "known are vosk-model-small-en-us-0.15"),
        ("missing.zip", "there is no file missing.zip"),
        ("broken.zip", "is no zip, or a damaged one"),
        ("empty.zip", "holds no Vosk model"),
    ],
)
def test_what_cannot_be_installed_is_told(
    wanwan: Terminal, monkeypatch: pytest.MonkeyPatch, model: str, expected: str
) -> None:
    monkeypatch.chdir(wanwan.data)
    Path("broken.zip").write_bytes(b"PK\x03\x04 broken")
    zipfile.ZipFile("empty.zip", "w").close()
    assert expected in wanwan.failing("models", "install", model)
    assert not list((wanwan.data / "models").glob("*"))


def test_verification_says_what_hears_each_language(wanwan: Terminal) -> None:
    wanwan.set(recognizer_en="practice", recognizer_ja="none")
    ended = wanwan("models", "verify")
    english, *words, japanese = ended.out.splitlines()
    assert english.startswith("en: vosk:")
    assert japanese.startswith("ja: typed text only (")
    assert (ended.code == 1) == bool(words)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"recognizer_ja": "pocketsphinx"}, "PocketSphinx hears only en"),
        ({"recognizer_en": "/no/such/model"}, "there is no recogniser model at /no/such/model"),
        ({"recognizer_en": "hollow"}, "is no whole Vosk model"),
    ],
)
def test_a_model_that_is_missing_or_broken_is_told_with_its_remedy(
    wanwan: Terminal, settings: dict[str, str], expected: str
) -> None:
    (wanwan.data / "models" / "hollow").mkdir(parents=True)
    wanwan.set(**{"recognizer_en": "none", "recognizer_ja": "none"} | settings)
    told = wanwan.failing("models", "verify")
    assert expected in told
    assert "install" in told


def test_the_grammar_is_printed_for_other_recognisers(wanwan: Terminal) -> None:
    wanwan.set(plant=str(Path(__file__).parents[1] / "quick_plant.yaml"))
    jsgf = wanwan("export", "grammar").out
    assert jsgf.startswith("#JSGF V1.0 UTF-8 en;\ngrammar wanwan;\npublic <sentence> = ")
    phrases = wanwan("export", "grammar", "--format", "phrases", "--language", "ja").out
    assert "圧縮機" in phrases
    assert "fr" in wanwan.failing("export", "grammar", "--language", "fr")


def test_verification_names_unknown_words_with_the_remedy(wanwan: Terminal) -> None:
    plant = wanwan.data / "plant.yaml"
    plant.write_text(
        """\
site:
  id: okayama
  name: {en: Okayama}
  timezone: Asia/Tokyo
  sounds_like: {en: {vacuflap: work xyzzy, coldflap: work valve}}
devices:
  - {id: valve-1, kind: valve, number: 1, names: {en: [quenchflap, vacuflap, coldflap]}}
""",
        encoding="utf-8",
    )
    wanwan.set(plant=str(plant), recognizer_en="practice", languages='["en"]')
    told = wanwan("models", "verify").out
    assert "it listens for the sentences of the moment" in told
    assert "quenchflap: not known to the model; sentences with it can only be typed." in told
    assert "site: {sounds_like: {en: {quenchflap: …}}}" in told
    assert "vacuflap: not known to the model, nor are all words of 'work xyzzy'; spell it in other words" in told
    assert "coldflap" not in told
