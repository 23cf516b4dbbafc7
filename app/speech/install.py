"""Installing a known model: download with resume, checksum, unpacking. Nothing else here uses the internet."""

import hashlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx

from app.speech.errors import ModelDownloadError
from app.speech.models import KNOWN_MODELS, KnownModel, known_model
from app.speech.unpack import install_zip

PUBLISHER = "https://alphacephei.com/vosk/models/"

Progress = Callable[[int, int | None], None]
"""Is told the bytes that have arrived, and of how many, if that is known."""

_FRUITLESS_ATTEMPTS = 3
"""In a row, without one byte more: then we give up. A download that goes on is never given up."""
_TIMEOUT_S = 30.0


def install_model(
    name: str,
    directory: Path,
    *,
    progress: Progress = lambda _have, _of: None,
    publisher: str = PUBLISHER,
    known: Iterable[KnownModel] = KNOWN_MODELS,
    pause: Callable[[float], None] = time.sleep,
) -> Path:
    """Download a known model, check and install it; return its folder.

    What has arrived of an interrupted download is kept beside the models and the next call goes on from there.
    Blocks for minutes. Raises `ModelUnknownError`, `ModelDownloadError`, `ModelArchiveError`.
    """
    model = known_model(name, known)
    directory.mkdir(parents=True, exist_ok=True)
    archive = directory / f".{name}.zip.part"
    url = f"{publisher}{name}.zip"
    _download(url, archive, progress, pause)
    _check(model, url, archive)
    whole = archive.rename(directory / f".{name}.zip")
    try:
        return install_zip(whole, directory, language=model.language)
    finally:
        whole.unlink()


def _download(url: str, archive: Path, progress: Progress, pause: Callable[[float], None]) -> None:
    """Fetch until the server has no more, going on after each interruption."""
    fruitless = 0
    with httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True) as client:
        while True:
            had = _size(archive)
            try:
                _fetch_rest(client, url, archive, progress)
            except httpx.HTTPStatusError as exc:
                raise ModelDownloadError(
                    f"{url} answered {exc.response.status_code} {exc.response.reason_phrase}; {_remedy(url)}"
                ) from exc
            except httpx.HTTPError as exc:
                fruitless = fruitless + 1 if _size(archive) == had else 0
                if fruitless == _FRUITLESS_ATTEMPTS:
                    raise ModelDownloadError(_stopped(url, archive, exc)) from exc
                pause(2.0**fruitless / 2)
            else:
                return


def _fetch_rest(client: httpx.Client, url: str, archive: Path, progress: Progress) -> None:
    have = _size(archive)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # it is all here; the checksum will tell
        response.raise_for_status()
        if response.status_code != httpx.codes.PARTIAL_CONTENT:
            have = 0  # a server that knows no ranges begins anew
        length = response.headers.get("Content-Length")
        whole = have + int(length) if length else None
        with archive.open("r+b" if have else "wb") as file:
            file.seek(have)
            for piece in response.iter_raw():  # as it comes: a block half filled would be lost with the line
                file.write(piece)
                have += len(piece)
                progress(have, whole)


def _check(model: KnownModel, url: str, archive: Path) -> None:
    kind, _, wanted = model.checksum.partition(":")
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, kind).hexdigest()
    if found != wanted:
        size = _size(archive)
        archive.unlink()
        raise ModelDownloadError(
            f"what came from {url} is not the model: {kind} of its {size} bytes is {found}, wanted is {wanted}; "
            f"it was deleted, try again; {_remedy(url)}"
        )


def _stopped(url: str, archive: Path, exc: httpx.HTTPError) -> str:
    reason = str(exc) or type(exc).__name__
    if have := _size(archive):
        return (
            f"the download of {url} stopped after {have / 1e6:.1f} MB ({reason}); "
            f"run the same command again and it goes on from there; {_remedy(url)}"
        )
    return f"{url} cannot be reached from this machine ({reason}); {_remedy(url)}"


def _remedy(url: str) -> str:
    return (
        "without internet, download it elsewhere, bring the zip here and run "
        f"`wanwan models install {url.rsplit('/', 1)[-1]}`"
    )


def _size(archive: Path) -> int:
    return archive.stat().st_size if archive.exists() else 0
