"""Models are found, installed from a server that cuts lines or from a zip, and refused when they are none."""

import hashlib
import socket
import stat
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.speech.errors import ModelArchiveError, ModelDownloadError, ModelUnknownError
from app.speech.install import install_model
from app.speech.models import KnownModel, check_files, installed, list_models
from app.speech.unpack import install_zip
from tests.app.speech.spoken import PRACTICE

NAME = "vosk-model-tiny-xx-0.1"


@dataclass
class Server:
    """A web server that has one file and can be told to misbehave."""

    body: bytes
    cut_after: list[int] = field(default_factory=list)
    """Each request is cut off after so many bytes, as long as there are numbers left."""
    knows_ranges: bool = True
    status: int = 200
    asked: list[str | None] = field(default_factory=list)
    """The Range header of each request."""
    url: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range")
        self.asked.append(wanted)
        if self.status != 200:
            request.send_error(self.status)
            return
        begin = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.knows_ranges else 0
        if begin >= len(self.body):
            request.send_error(416)
            return
        rest = self.body[begin:]
        request.send_response(206 if begin else 200)
        request.send_header("Content-Length", str(len(rest)))
        request.end_headers()
        request.wfile.write(rest[: self.cut_after.pop(0)] if self.cut_after else rest)


@pytest.fixture
def server(model_zip: bytes) -> Iterator[Server]:
    state = Server(body=model_zip)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.answer(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the library's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        state.url = f"http://127.0.0.1:{http.server_port}/"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        http.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def model_zip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return zip_of_model(tmp_path_factory.mktemp("zip") / "model.zip", NAME).read_bytes()


def zip_of_model(path: Path, folder: str) -> Path:
    source = PRACTICE / "en"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(source.rglob("*")):
            archive.write(file, Path(folder) / file.relative_to(source))
    return path


def known(body: bytes, kind: str = "sha256") -> tuple[KnownModel, ...]:
    checksum = f"{kind}:{hashlib.new(kind, body).hexdigest()}"
    return (KnownModel(name=NAME, language="en", size_bytes=len(body), checksum=checksum),)


def install(server: Server, directory: Path, **changes: Any) -> Path:
    arguments: dict[str, Any] = {
        "known": known(server.body),
        "publisher": server.url,
        "pause": lambda _seconds: None,
    } | changes
    return install_model(NAME, directory, **arguments)


@pytest.mark.parametrize("kind", ["sha256", "md5"])
def test_a_model_is_downloaded_checked_and_usable(server: Server, tmp_path: Path, kind: str) -> None:
    seen: list[tuple[int, int | None]] = []
    folder = install(
        server, tmp_path, known=known(server.body, kind), progress=lambda have, of: seen.append((have, of))
    )
    check_files(folder)
    assert folder == tmp_path / NAME == installed(tmp_path, "en")
    assert seen[-1] == (len(server.body), len(server.body))
    assert [have for have, _ in seen] == sorted(have for have, _ in seen)
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAME]


def test_a_download_that_is_cut_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    server.cut_after = [200_000, 0, 100_000]
    install(server, tmp_path)
    assert server.asked == [None, "bytes=200000-", "bytes=200000-", "bytes=300000-"]


def test_a_download_given_up_is_resumed_by_the_next_command(server: Server, tmp_path: Path) -> None:
    server.cut_after = [150_000, 0, 0, 0]
    with pytest.raises(ModelDownloadError, match=r"stopped after 0.1 MB.*same command again.*wanwan models install"):
        install(server, tmp_path)
    install(server, tmp_path)
    assert server.asked[-1] == "bytes=150000-"


def test_a_server_that_knows_no_ranges_is_asked_for_all_again(server: Server, tmp_path: Path) -> None:
    server.cut_after = [150_000]
    server.knows_ranges = False
    check_files(install(server, tmp_path))


def test_a_download_that_was_complete_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / f".{NAME}.zip.part").write_bytes(server.body)
    check_files(install(server, tmp_path))


def test_a_wrong_checksum_installs_nothing_and_keeps_nothing(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ModelDownloadError, match="is not the model: sha256 of its"):
        install(server, tmp_path, known=known(b"another file"))
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_has_no_such_file_is_named(server: Server, tmp_path: Path) -> None:
    server.status = 404
    with pytest.raises(ModelDownloadError, match=r"answered 404 Not Found; without internet"):
        install(server, tmp_path)
    assert len(server.asked) == 1


def test_without_internet_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:  # a port that is bound and not listened to refuses everybody
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(ModelDownloadError) as caught:
            install_model(NAME, tmp_path, known=known(b""), publisher=url, pause=lambda _seconds: None)
    assert "cannot be reached from this machine" in str(caught.value)
    assert f"bring the zip here and run `wanwan models install {NAME}.zip`" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.can_retry


def test_an_unknown_name_is_told_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelUnknownError, match=r"'vosk-large'; known are vosk-model-small-en-us-0.15, vosk-model-sm"):
        install_model("vosk-large", tmp_path)


def test_a_local_zip_is_installed(tmp_path: Path) -> None:
    archive = zip_of_model(tmp_path / "copied.zip", "vosk-model-small-ja-9")
    folder = install_zip(archive, tmp_path / "models")
    assert folder == installed(tmp_path / "models", "ja")
    check_files(folder)


def test_a_zip_without_a_folder_is_called_as_its_file(tmp_path: Path) -> None:
    archive = zip_of_model(tmp_path / "vosk-model-en-plant.zip", ".")
    assert install_zip(archive, tmp_path / "models").name == "vosk-model-en-plant"


def test_a_model_whose_name_tells_no_language_asks_for_it(tmp_path: Path) -> None:
    archive = zip_of_model(tmp_path / "mine.zip", "our-own-model")
    with pytest.raises(ModelArchiveError, match="does not tell the model's language; add `--language en`"):
        install_zip(archive, tmp_path / "models")
    install_zip(archive, tmp_path / "models", language="ja")
    assert installed(tmp_path / "models", "ja") == tmp_path / "models" / "our-own-model"


def test_installing_again_replaces_the_model(tmp_path: Path) -> None:
    archive = zip_of_model(tmp_path / "a.zip", NAME)
    folder = install_zip(archive, tmp_path / "models", language="en")
    (folder / "am" / "final.mdl").write_bytes(b"")
    check_files(install_zip(archive, tmp_path / "models", language="en"))
    assert [path.name for path in (tmp_path / "models").iterdir()] == [NAME]


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "C:\\evil", "..\\evil"])
def test_a_zip_that_would_write_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "evil.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr(name, "x")
    with pytest.raises(ModelArchiveError, match="would write outside its folder"):
        install_zip(archive, tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_zip_with_a_link_in_it_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("model/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as zipped:
        zipped.writestr(link, "/etc")
    with pytest.raises(ModelArchiveError, match="would write outside its folder"):
        install_zip(tmp_path / "link.zip", tmp_path / "models")


def test_what_is_no_model_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("hello")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as zipped:
        zipped.writestr("photos/one.jpg", b"x")
    with zipfile.ZipFile(tmp_path / "damaged.zip", "w") as zipped:
        zipped.writestr("vosk-model-en-1/am/final.mdl", b"x")
    whole = zip_of_model(tmp_path / "whole.zip", NAME).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    for name, reason in {
        "text.zip": "is no zip, or a damaged one",
        "cut.zip": "is no zip, or a damaged one",
        "other.zip": "0 files are called final.mdl",
        "damaged.zip": "holds no usable Vosk model: .*missing",
        "absent.zip": "there is no file",
    }.items():
        with pytest.raises(ModelArchiveError, match=reason):
            install_zip(tmp_path / name, tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_known_and_installed_models_are_listed(tmp_path: Path) -> None:
    (tmp_path / "vosk-model-ja-0.22").mkdir()
    (tmp_path / "something").mkdir()
    (tmp_path / ".vosk-model-en-1.zip.part").write_bytes(b"")
    assert [(model.name, model.language, model.directory is not None) for model in list_models(tmp_path)] == [
        ("something", None, True),
        ("vosk-model-ja-0.22", "ja", True),
        ("vosk-model-small-en-us-0.15", "en", False),
        ("vosk-model-small-ja-0.22", "ja", False),
    ]
    assert installed(tmp_path, "en") is None
    assert installed(tmp_path / "nowhere", "en") is None
