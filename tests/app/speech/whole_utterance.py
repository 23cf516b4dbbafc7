"""An utterance for engines that decode it when it is complete."""

from typing import Protocol

from app.speech.transcribe import Transcript


class WholeTranscriber(Protocol):
    """What decodes whole utterances."""

    def transcribe(self, pcm: bytes, grammar: str = "free") -> Transcript:
        """Decode one; as in `Transcriber`."""
        ...


class WholeUtterance:
    """Gathers the sound of an utterance and has it decoded at its end (implements `Decoding`)."""

    def __init__(self, transcriber: WholeTranscriber, grammar: str) -> None:
        """Nothing is heard yet."""
        self._transcriber = transcriber
        self._grammar = grammar
        self._pcm: list[bytes] = []

    def feed(self, pcm: bytes) -> None:
        """Keep the next part."""
        self._pcm.append(pcm)

    def partial(self) -> str:
        """Tell nothing before the end."""
        return ""

    def finish(self) -> Transcript:
        """Decode all of it."""
        pcm, self._pcm = b"".join(self._pcm), []
        return self._transcriber.transcribe(pcm, self._grammar)

    def abandon(self) -> None:
        """Forget what was kept."""
        self._pcm.clear()
