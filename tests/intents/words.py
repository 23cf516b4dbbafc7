"""Small sentences and a small plant, for tests of the engine alone."""

from collections.abc import Sequence
from pathlib import Path

from intents.intent import Ambiguous, NoAction, NotRecognized, Recognition, Recognized
from intents.lexicon import DeviceEntry, KindEntry, Lexicon
from intents.recognizer import Recognizer
from intents.sentences import read_sentences

ENGLISH = """
language: en
intents:
  GetLevel:
    data:
      - sentences: ["<whats> [the] {device} level", "level (in|of) {device} [in {unit}]"]
        requires: {quantity: level}
      - sentences: ["<whats> [the] level (in|of) [all|all the] {kind}"]
        slots: {device: all}
        requires: {quantity: level}
  StartCompressor:
    data:
      - sentences: ["[please] (start|turn on) {device} [please]"]
        requires: {action: start}
  OpenValve:
    data:
      - sentences: ["[please] open {device} [please]"]
        requires: {action: open}
  AddNote: {data: [{sentences: ["note {text}"]}]}
  Convert: {data: [{sentences: ["how many {unit:to} is {value} {unit:from}"]}]}
  StopAll: {data: [{sentences: ["stop everything"]}]}
  NoAction:
    data:
      - sentences: ["(do not|don't|never) {command}"]
        slots: {reason: negated}
      - sentences: ["{command} [and] {command:second}"]
        slots: {reason: several_commands}
      - sentences: ["if {text} {command}", "{command} if {text}"]
        slots: {reason: hypothetical}
expansion_rules: {whats: "(what is|what's|tell me)"}
lists:
  unit: {values: [{in: "litre[s]", out: L}, {in: "cubic metre[s]", out: m3}]}
  value: {range: {from: 0, to: 100000, fractions: true}}
  text: {wildcard: true}
  command: {sentences_of: [StartCompressor, OpenValve]}
skip_words: [um]
"""

JAPANESE = """
language: ja
intents:
  GetLevel:
    data:
      - sentences: ["{device} の 液面 は", "{device} の レベル"]
        requires: {quantity: level}
  StartCompressor:
    data:
      - sentences: ["{device} [を] 起動 [し て]"]
        requires: {action: start}
  OpenValve:
    data:
      - sentences: ["{device} [を|に] 開け て [ください]"]
        requires: {action: open}
  AddNote: {data: [{sentences: ["メモ {text}"]}]}
  Convert: {data: [{sentences: ["{value} {unit:from} は 何 {unit:to}"]}]}
  NoAction:
    data:
      - sentences: ["{device} [を] 起動 し ない で"]
        slots: {reason: negated, of: StartCompressor}
lists:
  unit: {values: [{in: リットル, out: L}, {in: 立米, out: m3}]}
  value: {range: {from: 0, to: 100000, fractions: true}}
  text: {wildcard: true}
readings: {起動: [きどう], 開け: [あけ]}
"""


def lexicon(language: str, *, valves: Sequence[int] = range(1, 13)) -> Lexicon:
    """Return two compressors, six dewars, a bag with a name of its own, and valves."""
    nouns = {
        "en": {"valve": "valve", "compressor": "compressor", "dewar": "dewar", "gas_bag": "bag"},
        "ja": {"valve": "バルブ", "compressor": "圧縮機", "dewar": "デュワー", "gas_bag": "バッグ"},
    }[language]
    plural = "s" if language == "en" else ""
    bare = {"compressor": ("{n}号機",)} if language == "ja" else {}
    main_bag = {"en": "main bag", "ja": "メインバッグ"}[language]

    def device(kind: str, number: int, **has: frozenset[str]) -> DeviceEntry:
        names = (main_bag,) if kind == "gas_bag" else ()
        return DeviceEntry(
            device_id=f"{kind}-{number}",
            kind=kind,
            number=number,
            names=names,
            quantities=has.get("quantities", frozenset()),
            actions=has.get("actions", frozenset()),
        )

    level = frozenset({"level"})
    return Lexicon(
        devices=(
            *(device("valve", n, actions=frozenset({"open", "close"})) for n in valves),
            *(device("compressor", n, actions=frozenset({"start", "stop"})) for n in (1, 2)),
            *(device("dewar", n, quantities=level) for n in range(1, 7)),
            device("gas_bag", 1, quantities=level),
        ),
        kinds=tuple(
            KindEntry(name=kind, nouns=(noun,), plurals=(noun + plural,), bare_numbers=bare.get(kind, ()))
            for kind, noun in nouns.items()
        ),
    )


def recognizer(folder: Path, text: str, plant: Lexicon | None = None, language: str = "en") -> Recognizer:
    """Return a recognizer of the sentences in `text`."""
    file = folder / "sentences.yaml"
    file.write_text(text, encoding="utf-8")
    return Recognizer(read_sentences([file], language=language), plant if plant is not None else lexicon(language))


def short(found: Recognition) -> str:
    """Write a result in one line: `OpenValve device=valve-7`, `ambiguous device`, `no_such_device`, `?`."""
    match found:
        case Recognized(intent=intent):
            return " ".join([intent.name, *(f"{slot}={value}" for slot, value in sorted(intent.slots.items()))])
        case Ambiguous(differs_in=slot, choices=choices):
            return " ".join(["ambiguous", slot, *(choice.slots.get(slot, choice.name) for choice in choices)])
        case NoAction(reason=reason):
            return reason.value
        case NotRecognized():
            return "?"
