"""Every command and each of its parameters is explained, and wrong usage is told apart from failure."""

import importlib
from collections.abc import Iterator

import pytest
import typer
from typer.models import CommandInfo

from app import commands
from app.cli import COMMANDS, GROUPS, command_line
from tests.app.commands.terminal import Terminal


def walk(app: typer.Typer, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], CommandInfo]]:
    """Yield every command with the words that call it."""
    for command in app.registered_commands:
        name = command.name or str(getattr(command.callback, "__name__", "")).replace("_", "-")
        yield (*path, name), command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from walk(group.typer_instance, (*path, str(group.name)))


ALL = {" ".join(path): command for path, command in walk(command_line())}


def test_the_commands_of_the_contract_are_there() -> None:
    assert set(ALL) >= {
        "demo",
        "serve",
        "ask",
        "transcribe",
        "explain",
        "simulate",
        "plant check",
        "plant show",
        "models list",
        "models install",
        "models verify",
        "keys create",
        "keys list",
        "keys revoke",
        "audit list",
        "audit export",
        "audit verify",
        "audit not-understood",
        "export grammar",
        "bench turn",
        "bench audio",
    }
    assert {name.split()[0] for name in ALL} == {*COMMANDS, *GROUPS}


@pytest.mark.parametrize("name", ALL)
def test_every_parameter_of_every_command_has_help(name: str) -> None:
    callback = ALL[name].callback
    assert callback is not None
    assert callback.__doc__
    hints = {key: hint for key, hint in callback.__annotations__.items() if key != "return"}
    for parameter, hint in hints.items():
        (info,) = hint.__metadata__
        assert isinstance(info, typer.models.ParameterInfo)
        assert info.help, f"{name}: {parameter}"
        assert info.help[-1] in ".)", f"{name}: {parameter}"


@pytest.mark.parametrize("name", ALL)
def test_help_is_shown_for_every_command(wanwan: Terminal, name: str) -> None:
    ended = wanwan(*name.split(), "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"Usage: wanwan {name}")
    assert ended.err == ""


def test_help_of_the_whole_names_every_command_and_explains_it(wanwan: Terminal) -> None:
    ended = wanwan("--help")
    assert ended.code == 0
    listed = [line.split(maxsplit=1) for line in ended.out.partition("Commands:")[2].strip().splitlines()]
    assert {words[0] for words in listed} == {*COMMANDS, *GROUPS}
    assert all(len(words) > 1 for words in listed)
    assert "0 done" in str(importlib.import_module("app.cli").__doc__)
    assert commands.__doc__


def test_version_is_that_of_the_package(wanwan: Terminal) -> None:
    ended = wanwan("--version")
    assert (ended.code, ended.out) == (0, f"wanwan {importlib.import_module('importlib.metadata').version('wanwan')}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["audit"],
        ["audit", "dance"],
        ["ask"],
        ["ask", "one", "two"],
        ["plant", "check", "--loud"],
        ["serve", "--port", "many"],
        ["serve", "--port", "70000"],
        ["keys", "create", "hana", "--role", "king"],
        ["audit", "list", "--limit", "0"],
        ["audit", "list", "--since", "yesterday"],
        ["audit", "verify", "--head", "12"],
        ["audit", "export", "--format", "xml"],
        ["export", "grammar", "--format", "abnf"],
        ["bench", "turn", "--questions", "1"],
    ],
)
def test_wrong_usage_is_exit_code_two_and_says_what_is_right(wanwan: Terminal, arguments: list[str]) -> None:
    ended = wanwan(*arguments)
    assert ended.code == 2, ended
    assert "Usage:" in ended.out + ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("port", "many", "WANWAN_PORT: "),
        ("languages", "en", 'WANWAN_LANGUAGES=\'["en", "ja"]\''),
        ("languages", "[]", "WANWAN_LANGUAGES: "),
        ("broker_password_file", "/no/such/file", "/no/such/file: No such file"),
        ("env_file", "/no/such/file", "WANWAN_ENV_FILE names /no/such/file, which is no file"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(wanwan: Terminal, setting: str, value: str, expected: str) -> None:
    wanwan.set(**{setting: value})
    assert expected in wanwan.failing("plant", "show")
