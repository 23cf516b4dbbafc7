"""Text cut into what is compared."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """The folded pieces of a text, each with its place in the original: words, or characters in Japanese."""

    texts: tuple[str, ...]
    starts: tuple[int, ...]
    """Index of the first original character of each."""
    ends: tuple[int, ...]
    """Index behind the last one."""

    def original(self, text: str, start: int, end: int) -> str:
        """Return the original spelling of the tokens from `start` up to `end`."""
        return text[self.starts[start] : self.ends[end - 1]]

    def touch(self, index: int) -> bool:
        """Tell whether token `index` follows the one before without a gap."""
        return index > 0 and self.starts[index] <= self.ends[index - 1]
