"""An engine that does what the text says: speaks the letters, crashes, hangs, raises, refuses."""

import os
import threading
from collections.abc import Iterator

from app.speech.errors import UnspeakableTextError
from app.speech.frames import SpeechRequest

REPEATS = 20_000
"""Of each word: a part is then more than a socket holds, so a killed worker has not sent the rest."""


class StumblingEngine:
    def speak(self, request: SpeechRequest) -> Iterator[bytes]:
        print("an engine may print")  # noqa: T201 - this must reach nobody
        for word in request.text.split():
            match word:
                case "crash":
                    os.abort()
                case "hang":
                    threading.Event().wait()
                case "raise":
                    raise RuntimeError("it stumbled")
                case "refuse":
                    raise UnspeakableTextError("it will not")
                case _:
                    yield word.encode() * REPEATS


def open_engine() -> StumblingEngine:
    return StumblingEngine()
