"""One utterance for PocketSphinx: its noise is taken out while it is spoken, the rest is decoded at its end."""

from collections.abc import Callable

from app.speech.noise_suppression import noise_suppressor
from app.speech.transcribe import Transcript


class SphinxUtterance:
    """Cleans the sound as it comes in and has it decoded when it is complete (implements `Decoding`).

    The decoder needs the whole of it: its cepstral mean is that of the utterance.
    """

    def __init__(self, decode: Callable[[bytes], Transcript]) -> None:
        """`decode` is given the cleaned sound."""
        self._decode = decode
        self._suppressor = noise_suppressor()

    def feed(self, pcm: bytes) -> None:
        """Clean the next part."""
        self._suppressor.feed(pcm)

    def partial(self) -> str:
        """Tell nothing before the end."""
        return ""

    def finish(self) -> Transcript:
        """Decode all of it."""
        return self._decode(self._suppressor.finish())

    def abandon(self) -> None:
        """Forget what was taken."""
        self._suppressor = noise_suppressor()
