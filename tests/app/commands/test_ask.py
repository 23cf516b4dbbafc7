"""Asking a running service from the command line."""

import asyncio
import http.server
import re
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.app.api.http_site import listening
from tests.app.commands.terminal import Ended, Terminal, sentence_of
from tests.app.site import running_site
from tests.mosquitto import Mosquitto, free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, str]]:
    """Serve a running site; give its URL and a key for each role."""
    broker = Mosquitto(tmp_path_factory.mktemp("broker"))
    broker.start()
    async with running_site(tmp_path_factory.mktemp("site"), broker) as service, listening(service) as url:
        keys = {role: (await service.keys.create(role, role)).key for role in ("technician", "operator")}
        yield {"url": url, **keys}
    broker.kill()


async def ask(wanwan: Terminal, *arguments: str) -> Ended:
    """Run `wanwan ask ARGUMENTS` beside the service."""
    return await asyncio.to_thread(wanwan, "ask", *arguments)


async def test_the_answer_is_printed_as_it_is_spoken(wanwan: Terminal, served: dict[str, str]) -> None:
    wanwan.set(url=served["url"], api_key=served["technician"])
    ended = await ask(wanwan, "what is the dewar 3 level")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Dewar 3 is at 7")
    japanese = await ask(wanwan, "デュワー3の液面は", "--language", "ja")
    assert japanese.out.startswith("デュワー3は7")


async def test_a_command_is_confirmed_by_its_challenge(wanwan: Terminal, served: dict[str, str]) -> None:
    wanwan.set(url=served["url"], api_key=served["operator"])
    await ask(wanwan, "close valve eight", "--station", "control-desk")
    asked = (await ask(wanwan, "open valve eight", "--station", "control-desk", "--json")).json
    assert asked["status"] == "needs_confirmation"
    challenge = asked["challenge"]
    arguments = (challenge["say"], "--station", "control-desk", "--challenge", challenge["challenge_id"], "--json")
    done = (await ask(wanwan, *arguments)).json
    assert (done["status"], done["command"]["outcome"]) == ("done", "done")


async def test_what_was_refused_or_not_understood_is_exit_code_one_with_the_reason(
    wanwan: Terminal, served: dict[str, str]
) -> None:
    wanwan.set(url=served["url"], api_key=served["technician"])
    refused = await ask(wanwan, "open valve two")
    assert refused.code == 1
    assert "Only an operator may do that." in refused.out
    assert sentence_of(refused.err) == "refused (refused_role)"
    fox = await ask(wanwan, "the quick brown fox", "--json")
    assert (fox.code, fox.json["status"]) == (1, "not_understood")
    assert sentence_of(fox.err) == "not_understood (not_understood)"


async def test_what_the_service_does_not_take_is_told_in_its_own_words(
    wanwan: Terminal, served: dict[str, str]
) -> None:
    wanwan.set(url=served["url"], api_key=served["operator"])
    for arguments, expected in (
        (["help", "--station", "moon"], "control-desk"),
        (["help", "--language", "fr"], "served are: en, ja"),
        (["x" * 10_000], "below 1000 characters"),
        (["a\x07b"], "control characters"),
    ):
        ended = await ask(wanwan, *arguments)
        assert (ended.code, ended.out) == (1, "")
        assert expected in sentence_of(ended.err)


async def test_no_key_and_a_wrong_key_are_told_apart(wanwan: Terminal, served: dict[str, str]) -> None:
    wanwan.set(url=served["url"])
    missing = await ask(wanwan, "help")
    assert missing.code == 1
    assert "set it as WANWAN_API_KEY" in sentence_of(missing.err)
    wanwan.set(api_key="wk_0_0")
    wrong = sentence_of((await ask(wanwan, "help")).err)
    assert "unknown or revoked" in wrong
    assert "WANWAN_API_KEY is set" in wrong
    wanwan.set(api_key="鍵")
    assert "is no key" in sentence_of((await ask(wanwan, "help")).err)


@pytest.mark.parametrize("url", [f"http://127.0.0.1:{free_port()}", "nonsense", "ftp://127.0.0.1", "http://[", ""])
async def test_no_service_at_the_address_is_told_with_the_remedy(wanwan: Terminal, url: str) -> None:
    wanwan.set(url=url, port=str(free_port()))
    told = sentence_of((await ask(wanwan, "help")).err)
    assert told.startswith("no service answers at ")
    assert "wanwan serve" in told


class Stranger(http.server.BaseHTTPRequestHandler):
    """Answers as another program would."""

    body = b"<html>"
    status = 200

    def do_POST(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[str]:
    """Run another program's server; give its URL."""
    with http.server.HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (200, b"[]"), (502, b"bad gateway"), (404, b"{}")])
async def test_another_program_at_the_address_is_told(
    wanwan: Terminal, stranger: str, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
) -> None:
    monkeypatch.setattr(Stranger, "status", status)
    monkeypatch.setattr(Stranger, "body", body)
    wanwan.set(url=stranger)
    assert re.search("is not our service|not as our service would", sentence_of((await ask(wanwan, "help")).err))
