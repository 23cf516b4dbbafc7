"""Tries a Vosk model and ends: with 0 when it decodes, else with Vosk's reason on stderr, or by its crash.

Started by models.py as `python -m app.speech.vosk_probe DIRECTORY`.
"""

import sys
from pathlib import Path

from app.speech.errors import ModelError
from app.speech.grammar import Grammar
from app.speech.transcribe import SAMPLE_RATE_HZ
from app.speech.vosk import VoskTranscriber


def main() -> int:
    """Decode a second of silence with a grammar that has no sentence."""
    try:
        transcriber = VoskTranscriber(Path(sys.argv[1]))
        transcriber.set_grammar("probe", Grammar(start=0, finals=frozenset(), arcs=()))
        transcriber.transcribe(bytes(2 * SAMPLE_RATE_HZ), "probe")
    except ModelError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
