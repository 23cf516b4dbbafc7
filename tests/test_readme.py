"""What README.md and RUNBOOK.md tell people to type, read and set is there, and their examples work."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import typer.main

from app.cli import command_line
from app.config import Settings
from app.main import create_app
from app.reply import Status
from app.vocabulary import recognizer_for
from devices.payload import Reply, Result, parse_command, parse_reply, parse_state
from devices.plant_file import DEMO_PLANT_FILE, check_plant, load_plant
from devices.reading import DeviceState
from devices.simulator.faults import FAULT_TABLE
from intents.intent import Recognized
from tests.documents import ROOT, Document

README = Document(path=ROOT / "README.md")
RUNBOOK = Document(path=ROOT / "deploy" / "RUNBOOK.md")
DOCUMENTS = [pytest.param(README, id="README"), pytest.param(RUNBOOK, id="RUNBOOK")]
NOT_OF_SETTINGS = {"WANWAN_ENV_FILE", "WANWAN_API_KEY", "WANWAN_URL", "WANWAN_BIN"}
"""Variables that say where the settings are, and those of `wanwan ask` and `backup.sh`."""


@pytest.fixture(scope="module")
def commands() -> Any:
    return typer.main.get_command(command_line())


@pytest.fixture(scope="module")
def routes() -> Mapping[str, Any]:
    paths: Mapping[str, Any] = create_app(Settings()).openapi()["paths"]
    return paths


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_wanwan_command_exists_with_its_options(document: Document, commands: Any) -> None:
    calls = document.commands("wanwan")
    assert len(calls) > 5
    for call in calls:
        command, words = commands, list(call)
        while words and hasattr(command, "commands"):
            assert words[0] in command.commands, f"wanwan {' '.join(call)}"
            command = command.commands[words.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known]
        assert not unknown, f"wanwan {' '.join(call)}"


def test_readme_names_every_command(commands: Any) -> None:
    named = {call[:2] for call in README.commands("wanwan")}
    for name, command in commands.commands.items():
        if hasattr(command, "commands"):
            assert {(name, sub) for sub in command.commands} - named == set()
        else:
            assert name in {call[0] for call in named}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_exists(document: Document) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for call in document.commands("make"):
        assert {word for word in call if "=" not in word} <= targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_named_exists(document: Document) -> None:
    assert [str(path) for path in document.named_files() if not path.exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_curl_asks_a_route_that_exists(document: Document, routes: Mapping[str, Any]) -> None:
    for call in document.commands("curl"):
        url = urlsplit(next(word for word in call if word.startswith("http")))
        path = next((p for p in routes if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", p), url.path)), None)
        assert path is not None, url.path
        has_body = any(word.startswith(("-d", "--data")) for word in call)
        route = routes[path]["post" if has_body else "get"]
        known = {parameter["name"] for parameter in route.get("parameters", [])}
        assert set(parse_qs(url.query)) - known == set()


def test_readme_shows_every_route(routes: Mapping[str, Any]) -> None:
    asked = {urlsplit(word).path for call in README.commands("curl") for word in call if word.startswith("http")}
    for path in routes:
        assert [url for url in asked if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), url)], path


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_setting_that_is_named_exists(document: Document) -> None:
    settings = {f"WANWAN_{name.upper()}" for name in Settings.model_fields} | NOT_OF_SETTINGS
    assert set(re.findall(r"WANWAN_[A-Z_]*[A-Z]\b", document.text)) - settings == set()


def test_every_setting_has_a_line_with_its_default() -> None:
    lines = dict(re.findall(r"^\| `(WANWAN_\w+)` \| (.+?) \| .+ \|$", README.text, re.MULTILINE))
    assert set(lines) == {f"WANWAN_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        shown = lines[f"WANWAN_{name.upper()}"]
        match field.default:
            case bool() | list() as value:
                assert shown == f"`{json.dumps(value)}`"
            case str() | int() | float() as value:
                assert shown == f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
            case _:
                pass


def test_every_fault_of_the_simulator_is_described_as_it_is() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| (.+) \|$", _after("## The simulated plant"), re.MULTILINE)
    assert rows == [(row.name, row.applies_to, row.effect) for row in FAULT_TABLE]


def test_every_status_of_a_reply_is_named() -> None:
    listed = next(line for line in README.text.split("\n\n") if line.startswith("`status` is `answered`"))
    assert {status.value for status in Status} <= set(re.findall(r"`(\w+)`", listed))


def test_example_of_a_plant_file_with_its_kinds_is_right(tmp_path: Path) -> None:
    plant = _block("yaml", "site:")
    (tmp_path / "plant.yaml").write_text(plant, encoding="utf-8")
    (tmp_path / "our_kinds.yaml").write_text(_block("yaml", "heater:"), encoding="utf-8")
    assert [str(mistake) for mistake in check_plant(tmp_path / "plant.yaml")] == []
    heater = load_plant(tmp_path / "plant.yaml").device("heater-1")
    assert set(heater.actions) == {"start", "stop", "set_mode"}


def test_example_of_own_sentences_is_understood(tmp_path: Path) -> None:
    folder = tmp_path / "sentences" / "en"
    folder.mkdir(parents=True)
    (folder / "ours.yaml").write_text(_block("yaml", "language: en"), encoding="utf-8")
    recognizer = recognizer_for(load_plant(DEMO_PLANT_FILE), "en", tmp_path / "sentences")
    shown = next(block for block in README.blocks("console") if "explain --json" in block).splitlines()
    said = re.search(r'"(.+)"', shown[0])
    assert said is not None
    recognition = recognizer.recognize(said[1])
    assert isinstance(recognition, Recognized)
    assert f'"intent": "{recognition.intent.name}", "slots": {json.dumps(dict(recognition.intent.slots))}' in shown[1]


def test_examples_of_payloads_are_what_the_contract_takes() -> None:
    blocks = [block.encode() for block in README.blocks("json") if "turn_id" not in block]
    command, reply, state = blocks
    given = parse_command(command, "valve-7")
    assert given.expires_at > given.issued_at
    assert parse_reply(reply, "valve-7") == Reply(
        command_id=given.command_id, result=Result.REJECTED, reason="interlock", state="OPEN"
    )
    said = parse_state(state, "dewar-3", given.issued_at)
    assert isinstance(said, DeviceState)
    assert set(said.values) == set(load_plant(DEMO_PLANT_FILE).device("dewar-3").measurements)
    assert f"`result` is {_listed(Result)};" in README.text


def test_example_of_a_reply_has_its_fields(routes: Mapping[str, Any]) -> None:
    shown = json.loads(next(block for block in README.blocks("json") if "turn_id" in block))
    schemas = create_app(Settings()).openapi()["components"]["schemas"]
    assert set(shown) == set(schemas["ReplyOut"]["properties"])
    assert set(shown["readings"][0]) == set(schemas["ReadingOut"]["properties"])


def test_there_are_as_many_labelled_sentences_as_claimed() -> None:
    files = (ROOT / "tests" / "sentences").glob("*.yaml")
    count = sum(line.startswith("- {say:") for file in files for line in file.read_text(encoding="utf-8").splitlines())
    claimed = re.search(r"more than ([\d,]+) labelled sentences", README.text)
    assert claimed is not None
    assert count > int(claimed[1].replace(",", ""))


@pytest.mark.parametrize("asked", ["start the compressor", "do not start compressor one", "open valve sevn"])
def test_sentences_are_explained_as_shown(asked: str) -> None:
    recognizer = recognizer_for(load_plant(DEMO_PLANT_FILE), "en")
    shown = next(block for block in README.blocks("console") if f'wanwan explain "{asked}"' in block)
    lines = shown.partition(f'wanwan explain "{asked}"\n')[2].partition("\n$")[0].splitlines()
    told = [line.partition("  [")[0] for line in str(recognizer.explain(asked)).splitlines()]
    for line in lines:
        if not line.endswith("µs") and "…" not in line:
            assert line.partition("  [")[0] in told


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_hold_no_path_of_one_machine(document: Document) -> None:
    assert re.findall(r"/(?:home|root|work|Users)/\S*", document.text) == []


def _block(language: str, beginning: str) -> str:
    return next(block for block in README.blocks(language) if block.startswith(beginning))


def _after(heading: str) -> str:
    return README.text.partition(heading)[2].partition("\n## ")[0]


def _listed(values: Sequence[str] | type[Result]) -> str:
    *first, last = [f"`{value}`" for value in values]
    return f"{', '.join(first)} or {last}"
