"""Recordings of people saying one address, "Amelia", and of people saying something else."""

from pathlib import Path

from app.speech.hear import hear

ADDRESS = "amelia"
FOLDER = Path(__file__).parents[2] / "recordings" / "address"
SAID = sorted((FOLDER / "amelia").glob("*.wav"))
OTHERS = sorted((FOLDER / "other").glob("*.wav"))
ORDERS = sorted((FOLDER.parent / "coffee").glob("*.wav"))


def sound(file: Path) -> bytes:
    """Return 16 kHz PCM16."""
    return hear(file).pcm
