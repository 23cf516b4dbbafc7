"""What was said lately, so that it need not be synthesized again."""

from collections import OrderedDict

from app.speech.frames import SpeechRequest

CacheKey = tuple[str, SpeechRequest]
"""Language and everything that shapes the sound."""


class SpeechCache:
    """Sentences as PCM, the longest unused dropped first. Bounded by bytes."""

    def __init__(self, limit_bytes: int) -> None:
        """Keep at most `limit_bytes` of sound; 0 keeps nothing. One second takes 44,100 bytes."""
        self._limit_bytes = limit_bytes
        self._size_bytes = 0
        self._entries: OrderedDict[CacheKey, tuple[bytes, ...]] = OrderedDict()

    def __len__(self) -> int:
        """Sentences kept."""
        return len(self._entries)

    @property
    def size_bytes(self) -> int:
        """Sound kept."""
        return self._size_bytes

    def find(self, key: CacheKey) -> tuple[bytes, ...] | None:
        """Look a sentence up; it counts as used."""
        parts = self._entries.get(key)
        if parts is not None:
            self._entries.move_to_end(key)
        return parts

    def keep(self, key: CacheKey, parts: tuple[bytes, ...]) -> None:
        """Keep a sentence, unless it alone is more than the limit."""
        size = _size(parts)
        if size > self._limit_bytes:
            return
        self._size_bytes += size - _size(self._entries.pop(key, ()))
        self._entries[key] = parts
        while self._size_bytes > self._limit_bytes:
            _, dropped = self._entries.popitem(last=False)
            self._size_bytes -= _size(dropped)


def _size(parts: tuple[bytes, ...]) -> int:
    return sum(len(part) for part in parts)
