"""Nothing is half there: what one part can say, ask for or be told, the others know in every language."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import app
import devices
import intents
import models
from app.api.utterances import BAD_INPUT
from app.config import Settings
from app.speech.errors import AudioError, SpeechError
from devices.plant import Plant, Risk
from intents.answer import Answers
from intents.intent import ACTING, ACTION_OF, IntentName, NoActionReason
from intents.sentences import languages, load_sentences

ROOT = Path(__file__).parents[2]
LANGUAGES = languages()


@cache
def answers(language: str) -> frozenset[str]:
    """Return the codes that a language has a sentence for."""
    return frozenset(Answers.load(language).sentences)


def test_the_languages_of_sentences_are_those_of_answers_and_of_the_settings() -> None:
    assert {path.stem for path in (ROOT / "intents" / "answers").glob("*.yaml")} == set(LANGUAGES)
    assert set(Settings.model_fields["languages"].default) == set(LANGUAGES)
    assert {f"recognizer_{language}" for language in LANGUAGES} <= set(Settings.model_fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_intent_has_sentences_in_each_language(language: str) -> None:
    said = {template.intent for template in load_sentences(language).templates}
    assert {name.value for name in IntentName} <= said
    assert said <= {name.value for name in IntentName}


def test_each_intent_that_acts_on_a_device_has_a_risk_and_a_role(demo_plant: Plant) -> None:
    risks = {action.name: action.risk for kind in demo_plant.kinds.values() for action in kind.actions.values()}
    assert set(risks) == set(ACTION_OF.values())
    assert all(isinstance(risk, Risk) for risk in risks.values())
    assert risks["stop"] is Risk.IMMEDIATE
    assert risks["start"] is risks["open"] is risks["set_mode"] is Risk.CONFIRM
    assert set(ACTION_OF) < ACTING
    for kind in demo_plant.kinds.values():
        for action in kind.actions.values():
            assert action.role is not None
            assert action.target.field in {"state", "mode", "measured_at"}
            assert action.within_s > 0


# ---- answers


CALLS = {"say": 1, "_answer": 0, "Answer": None, "Refused": None, "NotConfirmed": None, "InputProblem": None}
"""What takes a code, and at which place when not by the name `code`."""


class Codes(ast.NodeVisitor):
    """Collects the answer codes that a module's source names."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_Call(self, node: ast.Call) -> None:
        """Collect the code of a call."""
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in CALLS:
            place = 0 if isinstance(node.func, ast.Attribute) else CALLS[name]
            if place is not None and len(node.args) > place:
                self._collect(node.args[place])
            for keyword in node.keywords:
                if keyword.arg == "code":
                    self._collect(keyword.value)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Collect what is put into a variable called `code`."""
        if any(isinstance(target, ast.Name) and target.id == "code" for target in node.targets):
            self._collect(node.value)
        self.generic_visit(node)

    def _collect(self, value: ast.expr) -> None:
        match value:
            case ast.Constant(value=str(code)):
                self.found.add(code)
            case ast.IfExp(body=body, orelse=orelse):
                self._collect(body)
                self._collect(orelse)


def codes_in_source() -> set[str]:
    """Return every answer code that the turn's own modules name."""
    found = Codes()
    for path in sorted((ROOT / "app").rglob("*.py")):
        if path.name != "errors.py" and path.parent.name not in {"api", "commands", "speech", "demo", "bench"}:
            found.visit(ast.parse(path.read_text(encoding="utf-8")))
    return found.found


def test_the_walk_through_the_source_finds_codes_in_every_way_they_are_written() -> None:
    assert codes_in_source() >= {
        "text_empty",
        "nothing_heard",
        "refused_role",
        "refused_already_mode",
        "confirmation_expired",
        "stop_all",
        "level_in_unit_stale",
        "item_status",
        "no_recognizer",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_code_in_the_source_has_an_answer(language: str) -> None:
    assert codes_in_source() <= answers(language)


def codes_made() -> Iterator[str]:
    """Yield the codes that are put together of a word and a name."""
    yield from (f"no_action_{reason.value}" for reason in NoActionReason)
    yield from (f"intent_{name.value}" for name in IntentName)
    yield from ("rejected", "failed", "expired", "unknown")
    for action in set(ACTION_OF.values()):
        yield from (f"{word}_{action}" for word in ("done", "say", "challenge", "challenge_say"))
    yield from (error.code for error in AudioError.__subclasses__())
    yield from BAD_INPUT


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_outcome_refusal_reason_and_bad_input_has_an_answer(language: str) -> None:
    assert set(codes_made()) <= answers(language)


def test_the_languages_answer_the_same_codes_with_the_same_values() -> None:
    first, *others = (Answers.load(language).sentences for language in LANGUAGES)
    for other in others:
        assert set(other) == set(first)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_state_mode_and_reason_of_the_plant_has_words(language: str, demo_plant: Plant) -> None:
    words = Answers.load(language).wording.words
    states = {state for kind in demo_plant.kinds.values() for state in kind.states}
    for table in ("states", "short_states"):
        assert states <= set(words[table]), table
    for table in ("do", "did", "done_to"):
        assert set(ACTION_OF.values()) <= set(words[table]), table
    quantities = {m.quantity for kind in demo_plant.kinds.values() for m in kind.measurements.values()}
    assert quantities <= set(words["quantities"])


# ---- errors

TREES = {
    "app.bench.errors": "NothingToMeasureError",
    "app.errors": "AppError",
    "app.speech.errors": "SpeechError",
    "devices.errors": "DevicesError",
    "devices.simulator.errors": "SimulatorError",
    "intents.errors": "IntentsError",
    "models.errors": "ModelsError",
}
"""The modules that hold errors, and the root of each."""


def errors_of(module: ModuleType) -> list[type[Exception]]:
    """Return the error classes that a module defines."""
    return [
        found
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Exception) and found.__module__ == module.__name__
    ]


@pytest.mark.parametrize("name", TREES)
def test_each_error_has_a_code_of_its_own_and_says_whether_a_retry_helps(name: str) -> None:
    errors = errors_of(importlib.import_module(name))
    codes = [vars(error).get("code") for error in errors]
    assert None not in codes
    assert len(set(codes)) == len(codes)
    for error in errors:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", str(vars(error)["code"]))
        assert isinstance(vars(error).get("can_retry", False), bool)
        assert error.__doc__


@pytest.mark.parametrize(("name", "root"), TREES.items())
def test_each_error_stands_in_the_tree_of_its_module_below_its_parent(name: str, root: str) -> None:
    module = importlib.import_module(name)
    drawn: dict[str, str | None] = {}
    above: list[tuple[int, str]] = []
    for line in (module.__doc__ or "").splitlines():
        found = re.match(r"^([│├└─ ]*)([A-Z]\w*Error)\b", line)
        if found is None:
            continue
        depth = len(found[1])
        above = [entry for entry in above if entry[0] < depth]
        drawn[found[2]] = above[-1][1] if above else None
        above.append((depth, found[2]))
    defined = {error.__name__: error for error in errors_of(module)}
    assert root in defined
    assert set(defined) <= set(drawn)
    for child, parent in drawn.items():
        if parent is not None:
            assert [base.__name__ for base in defined[child].__bases__] == [parent], child


def test_no_error_of_ours_is_defined_outside_the_trees() -> None:
    for package in (app, devices, intents, models):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__") and "migrations" not in found.name:
                importlib.import_module(found.name)
    roots = [getattr(importlib.import_module(name), root) for name, root in TREES.items()]
    waiting, seen = list(roots), set()
    while waiting:
        error = waiting.pop()
        seen.add(error)
        waiting += error.__subclasses__()
    assert {error.__module__ for error in seen if error.__module__.split(".")[0] != "tests"} == set(TREES)
    assert SpeechError in seen


# ---- settings and the README


@cache
def readme() -> str:
    """Return the README."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*Settings.model_fields, "url", "api_key", "env_file"])
def test_each_setting_has_a_line_in_the_readme(name: str) -> None:
    assert re.search(rf"^.*\bWANWAN_{name.upper()}\b.*$", readme(), re.MULTILINE)


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    known = {f"WANWAN_{name.upper()}" for name in (*Settings.model_fields, "url", "api_key", "env_file")}
    assert set(re.findall(r"\bWANWAN_[A-Z_]*[A-Z]\b", readme())) <= known


def test_each_setting_is_explained_in_its_class() -> None:
    source = ast.parse(inspect.getsource(Settings)).body[0]
    assert isinstance(source, ast.ClassDef)
    explained = {
        field.target.id
        for field, text in zip(source.body, source.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr)
    }
    assert set(Settings.model_fields) <= explained
