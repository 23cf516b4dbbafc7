"""What a document for people shows: its code blocks, the commands in them, and the files it names."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)\)")
_IN_TREE = re.compile(r"(app|intents|devices|models|deploy|tests|\.ci)/[\w./-]*")
_SEPARATORS = {"&&", "||", "|", ";"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A Markdown file of this project."""

    path: Path

    @property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    def blocks(self, language: str) -> list[str]:
        """Return the contents of its code blocks of a language."""
        return [content for name, content in _FENCE.findall(self.text) if name == language]

    def inline(self) -> list[str]:
        """Return what stands between backticks in a line."""
        return _INLINE.findall(_FENCE.sub("", self.text))

    def named_files(self) -> list[Path]:
        """Return the files and folders that it links to or names by their place in the tree."""
        linked = [self.path.parent / link for link in _LINK.findall(self.text) if "://" not in link]
        words = [word for block in _FENCE.findall(self.text) for word in block[1].split()]
        named = [ROOT / word for word in (*self.inline(), *words) if _IN_TREE.fullmatch(word)]
        return [*linked, *named]

    def commands(self, program: str) -> list[tuple[str, ...]]:
        """Return the arguments of each call of a program, in code blocks and between backticks."""
        lines = [line for block in self.blocks("bash") for line in block.replace("\\\n", " ").splitlines()]
        console = [line for block in self.blocks("console") for line in block.splitlines()]
        lines += [line.removeprefix("$ ") for line in console if line.startswith("$ ")]
        lines += [text for text in self.inline() if text.startswith(f"{program} ")]
        return [call for line in lines for call in _calls(line, program)]


def _calls(line: str, program: str) -> Iterator[tuple[str, ...]]:
    """Yield the arguments of each command of the line that runs `program`, by any path, as any user."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;<>")
    lexer.whitespace_split = True
    command: list[str] = []
    for word in [*lexer, ";"]:
        if word not in _SEPARATORS:
            command.append(word)
            continue
        while command and (command[0] == "sudo" or "=" in command[0]):
            is_as_user = command[1:2] == ["-u"]
            del command[: 3 if is_as_user else 1]
        if command and Path(command[0]).name == program:
            yield tuple(command[1:])
        command = []
