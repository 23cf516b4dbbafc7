"""Read a YAML file into values that know their line and column, and say what is wrong with them."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from intents.errors import TemplateError
from intents.template import Place

_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value of a YAML file with its place."""

    node: Any
    file: str

    @property
    def place(self) -> Place:
        """Where it begins."""
        mark = self.node.start_mark
        quote = 1 if isinstance(self.node, ScalarNode) and self.node.style in ("'", '"') else 0
        return Place(file=self.file, line=mark.line + 1, column=mark.column + 1 + quote)

    def error(self, message: str) -> TemplateError:
        """Return an error at this place."""
        return self.place.error(message)

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.node, MappingNode)

    @property
    def is_sequence(self) -> bool:
        """Whether it has items."""
        return isinstance(self.node, SequenceNode)

    def items(self, known: AbstractSet[str] | None = None) -> Iterator[tuple[str, "Value"]]:
        """Yield keys and values; raises `TemplateError` if it is no mapping, or has keys that are not `known`."""
        if not isinstance(self.node, MappingNode):
            raise self.error(f"a mapping (key: value) is needed here, not {self._kind()}")
        seen: set[str] = set()
        for key_node, node in self.node.value:
            key = str(key_node.value)
            here = Value(node=key_node, file=self.file)
            if key in seen:
                raise here.error(f"{key!r} stands here twice; keep one of them")
            if known is not None and key not in known:
                raise here.error(f"{key!r} is no key of this place; known are {', '.join(sorted(known))}")
            seen.add(key)
            yield key, Value(node=node, file=self.file)

    def get(self, key: str) -> "Value | None":
        """Return the value of a key, or `None`."""
        return next((value for name, value in self.items() if name == key), None)

    def each(self) -> Iterator["Value"]:
        """Yield the items; raises `TemplateError` if it is no list."""
        if not isinstance(self.node, SequenceNode):
            raise self.error(f"a list is needed here, not {self._kind()}")
        for node in self.node.value:
            yield Value(node=node, file=self.file)

    def text(self) -> str:
        """Return the scalar as written; raises `TemplateError` if it is none."""
        if not isinstance(self.node, ScalarNode):
            raise self.error(f"a text is needed here, not {self._kind()}; put it into quotes if it has brackets")
        return str(self.node.value)

    def texts(self) -> tuple[str, ...]:
        """Return a list of scalars."""
        return tuple(value.text() for value in self.each())

    def integer(self) -> int:
        """Return a whole number; raises `TemplateError`."""
        try:
            return int(self.text())
        except ValueError:
            raise self.error(f"{self.text()!r} is no whole number") from None

    def flag(self) -> bool:
        """Return true or false; raises `TemplateError`."""
        text = self.text().lower()
        if text not in _TRUE | _FALSE:
            raise self.error(f"{self.text()!r} is neither true nor false")
        return text in _TRUE

    def _kind(self) -> str:
        node: Node = self.node
        return (
            "a mapping" if isinstance(node, MappingNode) else "a list" if isinstance(node, SequenceNode) else "a text"
        )


def read_yaml(path: Path, name: str) -> Value | None:
    """Return the content of a file (`None`: empty); `name` is what errors call it. Raises `TemplateError`."""
    try:
        node = YAML(typ="safe", pure=True).compose(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise TemplateError(f"{name}: cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise TemplateError(f"{name}: is not UTF-8 at byte {exc.start}; save it as UTF-8") from exc
    except MarkedYAMLError as exc:
        mark = exc.problem_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise TemplateError(f"{place}: {exc.problem or 'is no YAML'}") from exc
    except YAMLError as exc:
        raise TemplateError(f"{name}: is no YAML: {exc}") from exc
    return None if node is None else Value(node=node, file=name)
