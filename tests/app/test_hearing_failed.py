"""A recogniser that fails while the service runs: the person is told, the log has it, and the plant stays as it is."""

from dataclasses import replace
from pathlib import Path

from app.reply import Status
from app.speech.hearing import FREE, Hearing
from app.speech.resample import as_heard
from app.speech.speak import Voice
from app.speech.vosk import VoskTranscriber
from tests.app.site import OPERATOR, commanded, rows_of, running_site
from tests.app.speech.spoken import PRACTICE, graph_of
from tests.mosquitto import Mosquitto

SENTENCE = "start compressor one"


async def test_a_recogniser_that_fails_is_told_recorded_and_commands_nothing(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with Voice() as voice:
        wav = as_heard((await voice.say(SENTENCE, "en")).wav)
    transcriber = VoskTranscriber(PRACTICE / "en")
    hearing = Hearing({"en": transcriber}, [])
    try:
        await hearing.learn("en", {FREE: graph_of(SENTENCE)})
        async with running_site(tmp_path, mosquitto) as site:
            service = replace(site, hearing=hearing)
            heard = await service.hear(wav, station="control-desk", speaker=OPERATOR, language="en")
            assert heard.texts[0] == SENTENCE
            transcriber.close()
            failed = await service.hear(wav, station="control-desk", speaker=OPERATOR, language="en")
            reply = await service.turn.take(failed)
            assert reply.status is Status.NOT_UNDERSTOOD
            assert reply.speech == "My hearing failed. Please say it again."
            steps = await rows_of(service, reply)
            assert steps[0][0] == "heard"
            assert any(reason == "hearing_failed" for _, _, reason in steps)
            assert await commanded(service) == []
    finally:
        await hearing.close()
