"""Labelled sentences: what people say, and what it must come out as; how a site tests its own sentences.

A file is a YAML list: `{say: "level of dewar three", intent: GetLevel, device: dewar-3}`. `intent: null` must not be
understood, `intent: ambiguous` must lead to a question, `effect: none` must never move anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from intents.errors import ExampleFileError
from intents.intent import ACTING, Ambiguous, NotRecognized, Recognition, Recognized

_LABELS = frozenset({"say", "intent", "effect"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled sentence."""

    say: str
    intent: str | None
    """The intent, `ambiguous`, or None for what must not be understood."""
    must_not_act: bool
    slots: Mapping[str, str] = field(default_factory=dict)
    """Slots that must come out, others may."""
    source: str
    """The file's name."""

    @property
    def label(self) -> str:
        """Under which it is counted."""
        return "must not act" if self.must_not_act else self.intent or "not understood"

    def is_met_by(self, found: Recognition) -> bool:
        """Tell whether the sentence came out as labelled."""
        if self.must_not_act:
            return not acts(found)
        match self.intent:
            case None:
                return isinstance(found, NotRecognized)
            case "ambiguous":
                return isinstance(found, Ambiguous)
            case name:
                return (
                    isinstance(found, Recognized)
                    and found.intent.name == name
                    and self.slots.items() <= dict(found.intent.slots).items()
                )


def acts(found: Recognition) -> bool:
    """Tell whether a sentence would move or change something."""
    return isinstance(found, Recognized) and found.intent.name in ACTING


def load_examples(path: Path) -> tuple[Example, ...]:
    """Return the labelled sentences of a file; raises `ExampleFileError` with the entry that is wrong."""
    try:
        entries = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as exc:
        raise ExampleFileError(f"{path}: cannot be read: {exc}") from exc
    if not isinstance(entries, list):
        raise ExampleFileError(f"{path}: should be a list of {{say: …, intent: …}}")
    return tuple(_example(entry, number, path) for number, entry in enumerate(entries, 1))


def _example(entry: object, number: int, path: Path) -> Example:
    if not isinstance(entry, dict) or "say" not in entry or not {"intent", "effect"} & entry.keys():
        raise ExampleFileError(f"{path}: entry {number}: needs say, and intent or effect: none")
    return Example(
        say=str(entry["say"]),
        intent=entry.get("intent"),
        must_not_act=entry.get("effect") == "none",
        slots={str(name): str(value) for name, value in entry.items() if name not in _LABELS},
        source=path.name,
    )
