"""A mistake in a site's file: what is wrong, where it stands, and what to do about it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Something in a file that cannot be."""

    file: Path
    line: int
    """From 1; 0 where the file as a whole is meant."""
    message: str
    """What is wrong, without a full stop."""
    remedy: str
    """What to do, without a full stop."""

    def __str__(self) -> str:
        """Return `file:line: message. remedy.`."""
        where = f"{self.file}:{self.line}" if self.line else f"{self.file}"
        remedy = self.remedy[:1].upper() + self.remedy[1:]
        return f"{where}: {self.message}. {remedy if remedy.endswith('?') else remedy + '.'}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a remedy for a word that is not `known`: the one probably meant, or all of them."""
    choices = list(known)
    close = difflib.get_close_matches(word, choices, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"choose one of: {', '.join(choices)}" if choices else "there is nothing to choose from; leave it out"
