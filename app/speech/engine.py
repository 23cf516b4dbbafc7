"""Which recogniser hears a language on this machine."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.speech.errors import ModelMissingError
from app.speech.models import PRACTICE_MODELS, graph_kind, installed, probe
from app.speech.transcribe import Transcriber

AUTO = "auto"
"""An installed Vosk model for the language, else PocketSphinx for English, else none."""
PRACTICE = "practice"
"""The shipped models of synthesized voices. Never chosen by `AUTO`: they understand no people."""


class Engine(StrEnum):
    """What can hear."""

    VOSK = "vosk"
    POCKETSPHINX = "pocketsphinx"
    NONE = "none"
    """Nothing: sentences can only be typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChoice:
    """What hears one language, and why."""

    language: str
    engine: Engine
    directory: Path | None
    """Of a Vosk model."""
    reason: str
    """A clause for the log and the health report."""


def choose_engine(language: str, wanted: str = AUTO, *, models: Path) -> EngineChoice:
    """Choose what hears `language`.

    `wanted` is `auto`, `practice`, `pocketsphinx`, `none`, the name of a model installed in `models`, or the path of
    any Vosk model's folder. Raises `ModelMissingError` for what this machine does not have.
    """

    def choice(engine: Engine, reason: str, directory: Path | None = None) -> EngineChoice:
        if directory is not None and directory.is_dir():
            reason = f"{reason}; {graph_kind(directory)}"
        return EngineChoice(language=language, engine=engine, directory=directory, reason=reason)

    if wanted == AUTO:
        if (found := installed(models, language)) is not None:
            return choice(Engine.VOSK, f"{found.name} is installed", found)
        return without_vosk(language, f"no Vosk model for {language} is installed in {models}")
    if wanted == Engine.NONE:
        return choice(Engine.NONE, "hearing is switched off")
    if wanted == Engine.POCKETSPHINX:
        if language != "en":
            raise ModelMissingError(f"PocketSphinx hears only en here, not {language}; install a Vosk model for it")
        return choice(Engine.POCKETSPHINX, "it was asked for")
    if wanted == PRACTICE:
        folder = PRACTICE_MODELS / language
        if not folder.is_dir():
            raise ModelMissingError(f"there is no practice model for {language}; there are models for en and ja")
        return choice(Engine.VOSK, "practice: it understands synthesized voices, not people", folder)
    named = models / wanted
    return choice(Engine.VOSK, "it was asked for", named if named.is_dir() else Path(wanted).expanduser())


def without_vosk(language: str, reason: str) -> EngineChoice:
    """Choose what is left for `AUTO` when no Vosk model can be used, for the given reason."""
    if language == "en":
        return EngineChoice(language=language, engine=Engine.POCKETSPHINX, directory=None, reason=reason)
    return EngineChoice(
        language=language,
        engine=Engine.NONE,
        directory=None,
        reason=f"{reason}; {language} can only be typed until one is (`wanwan models list`)",
    )


def open_engine(choice: EngineChoice) -> Transcriber | None:
    """Load what was chosen; `None` for `Engine.NONE`. Blocks up to seconds; raises `ModelError`s.

    Each engine is imported only when it is used: a machine that only takes typed text loads neither.
    """
    match choice.engine:
        case Engine.NONE:
            return None
        case Engine.POCKETSPHINX:
            from app.speech.sphinx_process import SphinxTranscriber  # noqa: PLC0415 see above

            return SphinxTranscriber()
        case Engine.VOSK:
            if choice.directory is None:
                raise ModelMissingError(f"no Vosk model was named for {choice.language}")
            probe(choice.directory)
            from app.speech.vosk import VoskTranscriber  # noqa: PLC0415 0.14 s and 23 MB

            return VoskTranscriber(choice.directory)
