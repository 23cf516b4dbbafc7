"""A model's zip becomes a model's folder, at once and whole, or not at all."""

import shutil
import stat
import tempfile
import zipfile
from pathlib import Path

from app.speech.errors import ModelArchiveError, ModelError
from app.speech.models import LANGUAGE_FILE, language_of, probe

_LARGEST_BYTES = 8_000_000_000
"""The largest public Vosk model unpacks to 3 GB."""


def install_zip(archive: Path, directory: Path, *, language: str | None = None) -> Path:
    """Install a model from a local zip into the models' directory; return its folder.

    A model of the same name is replaced once the new one has been tried. `language` is needed only when the model's
    name does not tell it. Raises `ModelArchiveError` or another `ModelError`; nothing is left behind then.
    """
    if not archive.is_file():
        raise ModelArchiveError(f"there is no file {archive}; give the path of a Vosk model's zip")
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".installing-", dir=directory) as workshop:
        model = _unpacked(archive, Path(workshop))
        language = language or language_of(model)
        if language is None:
            raise ModelArchiveError(f"the name {model.name!r} does not tell the model's language; add `--language en`")
        try:
            probe(model)
        except ModelError as exc:
            raise ModelArchiveError(f"{archive} holds no usable Vosk model: {exc}") from exc
        (model / LANGUAGE_FILE).write_text(f"{language}\n", encoding="utf-8")
        target = directory / model.name
        if target.exists():
            target.rename(Path(workshop) / "replaced")
        model.rename(target)
    return target


def _unpacked(archive: Path, workshop: Path) -> Path:
    """Unpack into `workshop` and return the model's folder, named as the model is."""
    contents = workshop / "contents"
    try:
        with zipfile.ZipFile(archive) as zipped:
            _check(archive, zipped, workshop)
            zipped.extractall(contents)  # after each name was checked
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as exc:
        raise ModelArchiveError(f"{archive} is no zip, or a damaged one ({exc}); download or copy it again") from exc
    roots = [found.parent for found in contents.rglob("final.mdl")]
    if len(roots) != 1:
        raise ModelArchiveError(f"{archive} holds no Vosk model: {len(roots)} files are called final.mdl, wanted is 1")
    root = roots[0].parent if roots[0].name == "am" else roots[0]
    if root == contents:  # packed without a folder around it: then it is called as its zip
        root = root.rename(workshop / archive.stem)
    return root


def _check(archive: Path, zipped: zipfile.ZipFile, workshop: Path) -> None:
    """Refuse what could write outside the folder or fill the disk."""
    size = 0
    for entry in zipped.infolist():
        parts = entry.filename.replace("\\", "/").split("/")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if ".." in parts or parts[0] == "" or ":" in parts[0] or kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise ModelArchiveError(f"{archive} would write outside its folder ({entry.filename!r}); do not use it")
        size += entry.file_size
    free = min(shutil.disk_usage(workshop).free, _LARGEST_BYTES)
    if size > free:
        raise ModelArchiveError(f"{archive} unpacks to {size / 1e6:.0f} MB; there is room for {free / 1e6:.0f} MB")
