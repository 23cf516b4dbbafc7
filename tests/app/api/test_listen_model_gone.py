"""People speak over a WebSocket with PocketSphinx and Vosk, whose models are taken away meanwhile."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from pocketsphinx import get_model_path

from app.service import Service
from app.speech.models import PRACTICE_MODELS
from app.speech.resample import resample_pcm
from app.speech.speak import Voice
from app.speech.wav import from_wav
from app.vocabulary import lexicon_of
from devices.plant_file import load_plant
from intents.intent import IntentName
from intents.recognizer import Recognizer
from intents.sentences import load_sentences
from models.audit_query import AuditFilter
from tests.app.api.listening_site import person_at
from tests.app.site import QUICK_PLANT_FILE, commanded, running_site
from tests.devices.until import until
from tests.mosquitto import Mosquitto

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENTENCES = {
    "en": ("start compressor one", "confirm starting compressor one", "stop everything"),
    "ja": ("圧縮機1の状態は",),
}
INTENTS = (IntentName.START_COMPRESSOR, IntentName.CONFIRM, IntentName.STOP_ALL, IntentName.GET_STATUS)
DESK = {"station": "control-desk", "audio": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Where the site's recognisers have their models from."""

    sphinx: Path
    """A link to the model that PocketSphinx brings."""
    vosk: Path
    """A copy of the Japanese practice model."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    folder = tmp_path_factory.mktemp("models")
    original = Path(get_model_path()) / "en-us"
    found = Models(sphinx=folder / "en-us", vosk=shutil.copytree(PRACTICE_MODELS / "ja", folder / "mine"))
    found.sphinx.symlink_to(original)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("POCKETSPHINX_PATH", str(folder))
        yield found


def few_sentences(language: str) -> Recognizer:
    """Understand little: PocketSphinx needs half a minute to learn all that can be said."""
    sentences = load_sentences(language)
    few = tuple(template for template in sentences.templates if template.intent in INTENTS)
    return Recognizer(replace(sentences, templates=few), lexicon_of(load_plant(QUICK_PLANT_FILE), language))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def spoken() -> dict[str, bytes]:
    async with Voice() as voice:
        return {
            text: resample_pcm(*from_wav((await voice.say(text, language)).wav))
            for language, texts in SENTENCES.items()
            for text in texts
        }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    broker: Mosquitto, models: Models, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """Run a site that hears English by PocketSphinx and Japanese by Vosk."""
    async with running_site(
        tmp_path_factory.mktemp("site"),
        broker,
        plant=QUICK_PLANT_FILE,
        recognizers={language: few_sentences(language) for language in SENTENCES},
        recognizer_en="pocketsphinx",
        recognizer_ja=str(models.vosk),
    ) as service:
        yield service


async def test_english_by_pocketsphinx_starts_a_compressor(
    running: Service, url: str, key: str, spoken: dict[str, bytes]
) -> None:
    async with person_at(url, key, **DESK) as person:
        assert await person.say(spoken["start compressor one"]) == "taken"
        await until(lambda: person.of("reply"))
        assert person.of("reply")[0]["status"] == "needs_confirmation"
        assert await person.say(spoken["confirm starting compressor one"]) == "taken"
        await until(lambda: len(person.of("reply")) == 2)
        done = person.of("reply")[1]
        assert (done["status"], done["transcript"]["engine"]) == ("done", "pocketsphinx:en-us")
    state = running.bus.state_of("compressor-1")
    assert state is not None
    assert state.state == "RUNNING"


async def test_a_model_that_is_gone_is_told_and_recorded_and_the_other_language_goes_on(
    running: Service, url: str, key: str, spoken: dict[str, bytes], models: Models
) -> None:
    before = len(await commanded(running))
    async with person_at(url, key, **DESK) as english, person_at(url, key, **DESK, language="ja") as japanese:
        original = models.sphinx.readlink()
        models.sphinx.unlink()
        try:
            kill_sphinx()
            await english.send(spoken["start compressor one"])
            await english.client.end()
            await until(lambda: english.of("reply"))
            (error,), (reply,) = english.of("error"), english.of("reply")
            assert error["code"] == "hearing_failed"
            assert "PocketSphinx" in error["message"]
            assert (reply["status"], reply["reason"]) == ("not_understood", "hearing_failed")
            rows = (await running.log.page(AuditFilter(turn_id=reply["turn_id"]))).entries
            assert {(row.entry.step.value, row.entry.reason) for row in rows} == {
                ("heard", "hearing_failed"),
                ("answered", "hearing_failed"),
            }
            shutil.rmtree(models.vosk)  # it is in memory
            await japanese.say(spoken["圧縮機1の状態は"])
            await until(lambda: japanese.of("reply"))
            assert japanese.of("reply")[0]["status"] == "answered"
            assert not japanese.of("error")
        finally:
            models.sphinx.symlink_to(original)
        assert len(await commanded(running)) == before
        # The session is the same, and so is the service.
        await english.say(spoken["stop everything"])
        await until(lambda: len(english.of("reply")) == 2)
        assert english.of("reply")[1]["intent"] == "StopAll"


def kill_sphinx() -> None:
    """Have the recogniser's process die."""
    (process,) = (
        child for child in psutil.Process().children(recursive=True) if "app.speech.sphinx_main" in child.cmdline()
    )
    process.kill()
    psutil.wait_procs([process], timeout=10)
