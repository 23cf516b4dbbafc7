"""What the service says: each sentence by its code, from `answers/LANGUAGE.yaml`.

    answers = Answers.load("en")
    answers.say("level", device="dewar 3", percent=72, litres=72, age_s=20.0)
    # "Dewar 3 is at 72 percent, 72 litres, measured 20 seconds ago."

Values are given as they are: numbers, seconds (`age_s`, `duration_s`), codes (`state`, `action`, `reason`, `unit`,
`quantity`), spoken device names as `Device.spoken_name` gives them (`device`, `other`, `stopped=(…)`), datetimes in
the site's time zone (`at`, with `now`), whole numbers in lists (`numbers=(1, 2)`); the answer file says how each is
written. A value that stands in square brackets there may be None or left out. `python -m intents.answer LANGUAGE` lists
the codes with their values.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from intents.answer_template import Field, Group, parse_answer
from intents.errors import AnswerError, AnswerFileError, UnknownLanguageError
from intents.wording import Wording

_SENTENCE_ENDS = ".?!"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All sentences of one language, ready to be said."""

    language: str
    """`en` or `ja`."""
    wording: Wording
    """How values are written."""
    sentences: Mapping[str, Group]
    """By code."""
    starts_with_capital: bool
    """A text that ends like a sentence starts with a capital."""

    @classmethod
    def load(cls, language: str, extra: Sequence[Path] = ()) -> "Answers":
        """Read the product's answers and, over them, a site's own files of the same layout (only what differs).

        Raises:
            UnknownLanguageError: the product has no answers in that language.
            AnswerFileError: a file is not readable as answers; the message names the file and the entry.

        """
        own = files("intents") / "answers" / f"{language}.yaml"
        if not own.is_file():
            raise UnknownLanguageError(f"there are no answers in {language!r}")
        content: dict[str, object] = {}
        for source in (own, *extra):
            content = _merged(content, _read(source))
        return cls._from_content(content, language, str(extra[-1] if extra else own))

    @classmethod
    def _from_content(cls, content: dict[str, object], language: str, source: str) -> "Answers":
        if content.pop("language", None) != language:
            raise AnswerFileError(f"{source}: language: should be {language!r}")
        texts = content.pop("answers", None)
        if not isinstance(texts, dict):
            raise AnswerFileError(f"{source}: answers: should be a table of sentences by code")
        starts_with_capital = bool(content.pop("sentence_case", False))
        try:
            wording = Wording.model_validate(content)
        except ValidationError as exc:
            mistakes = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
            raise AnswerFileError(f"{source}: {mistakes}") from exc
        sentences: dict[str, Group] = {}
        for code, text in texts.items():
            try:
                sentences[str(code)] = parse_answer(str(text).strip())
            except AnswerFileError as exc:
                raise AnswerFileError(f"{source}: answers.{code}: {exc}") from exc
        return cls(language=language, wording=wording, sentences=sentences, starts_with_capital=starts_with_capital)

    def __contains__(self, code: str) -> bool:
        """Return whether there is a sentence for the code."""
        return code in self.sentences

    def say(self, code: str, **values: object) -> str:
        """Return the sentence for `code` with its values written in.

        Raises:
            AnswerError: there is no such code, or a value that the sentence needs is missing or unfit.

        """
        try:
            sentence = self.sentences[code]
        except KeyError:
            raise AnswerError(f"there is no answer {code!r} in {self.language!r}") from None
        text = "".join(self._write(part, values, code) for part in sentence.parts)
        if self.starts_with_capital and text.endswith(tuple(_SENTENCE_ENDS)):
            text = _with_capitals(text)
        return text

    def placeholders(self, code: str) -> Mapping[str, bool]:
        """Return the names of the values of a sentence, and whether each is required."""
        sentence = self.sentences[code]
        required = {name for field in sentence.fields(required_only=True) for name in self._needed(field)}
        return {name: name in required for field in sentence.fields() for name in self._needed(field)}

    def _needed(self, field: Field) -> tuple[str, ...]:
        return (field.name, *sorted(self.wording.also_needed(field.form)))

    def _write(self, part: str | Field | Group, values: Mapping[str, object], code: str) -> str:
        if isinstance(part, str):
            return part
        if isinstance(part, Group):
            needed = (name for field in part.fields(required_only=True) for name in self._needed(field))
            if any(_is_missing(values.get(name)) for name in needed):
                return ""
            return "".join(self._write(inner, values, code) for inner in part.parts)
        value = values.get(part.name)
        if value is None:
            raise AnswerError(f"the answer {code!r} needs a value for {part.name!r}")
        try:
            return self.wording.write(value, part.form, values)
        except (AnswerError, KeyError, ValueError) as exc:
            raise AnswerError(
                f"the answer {code!r} cannot write {part.name}={value!r} as {part.form!r}: {exc}"
            ) from exc


def _is_missing(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, Sequence) and not value)


def _with_capitals(text: str) -> str:
    """Return the text with a capital at its start and after each sentence end that a space follows."""
    letters = list(text)
    starts = True
    for index, letter in enumerate(letters):
        if starts and not letter.isspace():
            letters[index] = letter.upper()
            starts = False
        elif letter.isspace() and index and letters[index - 1] in _SENTENCE_ENDS:
            starts = True
    return "".join(letters)


def _read(source: Traversable | Path) -> dict[str, object]:
    try:
        content = YAML(typ="safe", pure=True).load(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as exc:
        raise AnswerFileError(f"{source}: cannot be read: {exc}") from exc
    if not isinstance(content, dict):
        raise AnswerFileError(f"{source}: should be a table with the key answers")
    return content


def _merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _list_codes(language: str) -> None:
    answers = Answers.load(language)
    for code in answers.sentences:
        values = (name if required else f"[{name}]" for name, required in answers.placeholders(code).items())
        sys.stdout.write(f"{code}({', '.join(values)})\n")


if __name__ == "__main__":
    _list_codes(sys.argv[1])
