import asyncio
from pathlib import Path

import pytest

from app.reply import Reply, Status
from app.utterance import InputProblem, Speaker, Utterance
from devices.plant import Role
from models.audit_verify import verify
from tests.app.site import OPERATOR, QUICK_PLANT_FILE, TECHNICIAN, commanded, rows_of, running_site, say
from tests.devices.until import until
from tests.mosquitto import Mosquitto


async def test_question_is_answered_with_unit_and_age_in_both_languages(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        english = await say(service, "what is the dewar 3 level")
        assert english.status is Status.ANSWERED
        assert english.speech.startswith("Dewar 3 is at 7")
        assert "percent" in english.speech
        assert "litres" in english.speech
        assert [r.device for r in english.readings] == ["dewar-3"]
        japanese = await say(service, "デュワー3の液面は", station="room-mic", language="ja")
        assert japanese.status is Status.ANSWERED
        assert japanese.speech.startswith("デュワー3は7")
        assert "パーセント" in japanese.speech


@pytest.mark.parametrize(
    ("station", "language", "wish", "confirmation"),
    [
        ("control-desk", "en", "start compressor one", "confirm start compressor one"),
        ("room-mic", "ja", "圧縮機1を起動して", "圧縮機1の起動を確認"),
    ],
)
async def test_risky_command_is_read_back_confirmed_proven_and_recorded(
    tmp_path: Path, mosquitto: Mosquitto, station: str, language: str, wish: str, confirmation: str
) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        asked = await say(service, wish, station=station, language=language)
        assert asked.status is Status.NEEDS_CONFIRMATION
        assert asked.challenge is not None
        assert asked.challenge.say in asked.speech
        assert await commanded(service) == []
        state = service.bus.state_of("compressor-1")
        assert state is not None
        assert state.state == "READY"

        done = await say(service, confirmation, station=station, language=language)
        assert done.status is Status.DONE, done
        assert [c.outcome for c in done.commands] == ["done"]
        state = service.bus.state_of("compressor-1")
        assert state is not None
        assert state.state == "RUNNING"
        assert [step for step, _, _ in await rows_of(service, done)] == [
            "heard",
            "understood",
            "confirmed",
            "decided",
            "commanded",
            "outcome",
            "answered",
        ]
        outcome = (await service.log.turn(done.turn_id))[5].entry
        assert (outcome.speaker, outcome.station) == ("hana", station)
        assert outcome.old_state == "READY (manual)"
        assert outcome.new_state == "RUNNING (manual)"
        assert (await verify(service.database)).is_intact


async def test_the_phrase_asked_for_is_understood_as_the_confirmation_for_every_risky_action(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    wishes = {
        "en": ["start compressor two", "open valve seven", "put compressor one in auto"],
        "ja": ["圧縮機2を起動して", "バルブ7を開けて", "1号機を自動にして"],
    }
    stations = {"en": "control-desk", "ja": "room-mic"}
    for language, sentences in wishes.items():
        folder = tmp_path / language
        async with running_site(folder, mosquitto) as service:
            await say(service, "close valve seven")
            for sentence in sentences:
                asked = await say(service, sentence, station=stations[language], language=language)
                assert asked.challenge is not None, asked.speech
                done = await say(service, asked.challenge.say, station=stations[language], language=language)
                assert done.status is Status.DONE, (asked.challenge.say, done.speech)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "do not start compressor one"),
        ("en", "did you start compressor one"),
        ("en", "start compressor nine"),
        ("en", "start compressor one stop compressor two"),
        ("en", "open valve two five"),
        ("en", "yes"),
        ("en", "the quick brown fox"),
        ("en", "start the compressor"),
        ("ja", "圧縮機1を起動しないで"),
        ("ja", "圧縮機9を起動して"),
        ("ja", "はい"),
        ("ja", "圧縮機を起動して"),
    ],
)
async def test_what_nobody_asked_for_sends_nothing_and_is_recorded(
    tmp_path: Path, mosquitto: Mosquitto, language: str, text: str
) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        reply = await say(service, text, language=language)
        assert reply.status in {Status.NO_ACTION, Status.NOT_UNDERSTOOD, Status.AMBIGUOUS}
        assert await commanded(service) == []
        assert [step for step, _, _ in await rows_of(service, reply)] == ["heard", "understood", "answered"]


async def test_confirmation_after_ten_seconds_or_elsewhere_or_of_something_else_sends_nothing(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with running_site(tmp_path, mosquitto, confirmation_expires_s=0.05) as service:
        asked = await say(service, "start compressor one")
        assert asked.challenge is not None
        deadline = service.clock.monotonic() + 0.1
        await until(lambda: service.clock.monotonic() > deadline)
        late = await say(service, "confirm start compressor one")
        assert (late.status, late.reason) == (Status.REFUSED, "confirmation_expired")
        assert await commanded(service) == []
    async with running_site(tmp_path / "2", mosquitto) as service:
        await say(service, "start compressor one")
        elsewhere = await say(service, "confirm start compressor one", station="room-mic")
        assert elsewhere.reason == "confirmation_other_station"
        other = await say(service, "confirm start compressor two")
        assert other.reason == "confirmation_mismatch"
        again = await say(service, "confirm start compressor one")
        assert again.reason == "nothing_to_confirm"
        assert await commanded(service) == []


async def test_technician_is_refused_and_operator_is_limited_by_the_station(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        refused = await say(service, "start compressor one", speaker=TECHNICIAN)
        assert (refused.status, refused.reason) == (Status.REFUSED, "refused_role")
        at_tablet = await say(service, "start compressor one", station="tablet")
        assert (at_tablet.status, at_tablet.reason) == (Status.REFUSED, "refused_station_role")
        unknown_place = await say(service, "start compressor one", station="somewhere")
        assert unknown_place.reason == "refused_station_role"
        assert await commanded(service) == []


async def test_stop_of_everything_needs_no_role_no_confirmation_and_kills_what_was_pending(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        await say(service, "start compressor one")
        await say(service, "confirm start compressor one")
        await say(service, "start compressor two")
        stopped = await say(service, "emergency stop", station="tablet", speaker=TECHNICIAN)
        assert stopped.status is Status.DONE, stopped
        assert {c.device for c in stopped.commands} == {"compressor-1", "compressor-2"}
        assert "red button" in stopped.speech
        state = service.bus.state_of("compressor-1")
        assert state is not None
        assert state.state == "READY"
        assert (await say(service, "confirm start compressor two")).reason == "nothing_to_confirm"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("compressor-1=no-start", {Status.FAILED, Status.UNKNOWN}),
        ("compressor-1=ack-no-act", {Status.UNKNOWN}),
        ("compressor-1=local-mode", {Status.REJECTED}),
        ("compressor-1=no-ack", {Status.DONE, Status.UNKNOWN}),
    ],
)
async def test_done_is_only_said_of_what_the_plant_has_shown(
    tmp_path: Path, mosquitto: Mosquitto, fault: str, expected: set[Status]
) -> None:
    async with running_site(
        tmp_path, mosquitto, faults=[fault], command_expires_s=1.0, plant=QUICK_PLANT_FILE
    ) as service:
        await say(service, "start compressor one")
        reply = await say(service, "confirm start compressor one")
        assert reply.status in expected, reply
        state = service.bus.state_of("compressor-1")
        assert state is not None
        assert (reply.status is Status.DONE) == (state.state == "RUNNING")
        assert (await rows_of(service, reply))[5][:2] == ("outcome", reply.status.value)


async def test_broker_stopped_in_the_middle_of_a_command_is_never_done(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with running_site(
        tmp_path, mosquitto, is_instant=False, command_expires_s=1.0, plant=QUICK_PLANT_FILE
    ) as service:
        await say(service, "start compressor one")
        turn = service.turn.take(
            Utterance(texts=("confirm start compressor one",), station="control-desk", language="en", speaker=OPERATOR)
        )
        task = asyncio.ensure_future(turn)
        while not await commanded(service):  # noqa: ASYNC110 - the log is the condition
            await asyncio.sleep(0.005)
        mosquitto.stop()
        reply = await task
        assert reply.status in {Status.UNKNOWN, Status.EXPIRED}, reply
        assert (await rows_of(service, reply))[-2][1] == reply.status.value


async def test_service_stays_up_without_a_broker_and_says_so_and_comes_back(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        mosquitto.stop()
        await until(lambda: not service.bus.is_connected)
        refused = await say(service, "start compressor one")
        assert refused.reason == "refused_plant_unreachable"
        stop = await say(service, "emergency stop")
        assert stop.reason == "stop_all_unreachable"
        assert "red button" in stop.speech
        level = await say(service, "what is the pressure of bank one")
        assert level.reason == "reading_stale"
        mosquitto.start()
        await until(lambda: service.bus.is_connected)
        await until(lambda: all(service.bus.is_online(device) for device in service.plant.devices))
        assert (await say(service, "start compressor one")).status is Status.NEEDS_CONFIRMATION


async def test_interlock_refuses_and_says_why_in_both_languages(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with running_site(tmp_path, mosquitto, faults=["bag-1=sensor-dead"]) as service:
        english = await say(service, "start compressor one")
        assert english.status is Status.REFUSED, english
        assert english.reason is not None
        assert english.reason.endswith("interlock")
        japanese = await say(service, "圧縮機1を起動して", language="ja", station="room-mic")
        assert japanese.reason == english.reason
        assert japanese.speech != english.speech


async def test_commands_are_refused_and_stops_go_out_when_the_log_cannot_be_written(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        await say(service, "open valve seven")
        await service.audit.close()
        refused = await say(service, "confirm open valve seven")
        assert (refused.status, refused.reason) == (Status.REFUSED, "refused_audit_unavailable")
        level = await say(service, "what is the pressure of bank one")
        assert level.status is Status.ANSWERED
        note = await say(service, "note frost on the transfer line")
        assert note.reason == "refused_audit_unavailable"
        stop = await say(service, "emergency stop")
        assert stop.status is Status.DONE
        spilled = service.settings.spill_file.read_text(encoding="utf-8")
        assert '"commanded"' in spilled
        assert await commanded(service) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "text_empty"), ("   ", "text_empty"), ("x" * 10_000, "text_too_long"), ("start\x00 one", "text_unreadable")],
)
async def test_bad_text_gets_one_sentence_a_row_and_no_command(
    tmp_path: Path, mosquitto: Mosquitto, text: str, code: str
) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        reply = await say(service, text)
        assert (reply.status, reply.reason) == (Status.NOT_UNDERSTOOD, code)
        assert [step for step, _, _ in await rows_of(service, reply)] == ["heard", "answered"]


async def test_recording_that_could_not_be_heard_is_a_turn_too(tmp_path: Path, mosquitto: Mosquitto) -> None:
    problem = InputProblem(code="audio_too_long", message="it lasts an hour", values={"limit_s": 60.0})
    async with running_site(tmp_path, mosquitto) as service:
        reply = await service.turn.take(Utterance(texts=(), station="control-desk", speaker=OPERATOR, problem=problem))
        assert reply.reason == "audio_too_long"
        assert (await rows_of(service, reply))[0] == ("heard", None, "audio_too_long")


async def test_history_repeat_note_alarms_and_conversion_are_answered(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with running_site(tmp_path, mosquitto, faults=["dewar-5=sensor-wild"]) as service:
        assert (await say(service, "say that again")).reason == "repeat_nothing"
        await say(service, "open valve seven")
        await say(service, "confirm open valve seven")
        who = await say(service, "when was valve seven last opened")
        assert "hana" in who.speech
        again = await say(service, "say that again")
        assert again.speech == who.speech
        note = await say(service, "note frost on the transfer line")
        assert note.status is Status.DONE
        assert note.slots["text"] == "frost on the transfer line"
        converted = await say(service, "how many litres is three cubic metres")
        assert "4.28 litres" in converted.speech
        alarms = await say(service, "any alarms")
        assert alarms.status is Status.ANSWERED


async def test_every_way_in_that_names_no_station_has_its_keys_own_role(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        for role, expected in ((Role.TECHNICIAN, Status.REFUSED), (Role.ADMIN, Status.NEEDS_CONFIRMATION)):
            reply = await service.turn.take(
                Utterance(
                    texts=("start compressor one",),
                    station="http",
                    is_without_station=True,
                    language="en",
                    speaker=Speaker(name="program", role=role),
                )
            )
            assert reply.status is expected


async def test_what_is_heard_after_the_outcome_was_told_is_recorded_under_the_same_turn(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with running_site(
        tmp_path, mosquitto, faults=["compressor-1=late-act"], command_expires_s=1.8, plant=QUICK_PLANT_FILE
    ) as service:
        await say(service, "start compressor one")
        reply = await say(service, "confirm start compressor one")
        assert reply.status is Status.UNKNOWN
        while (await rows_of(service, reply))[-1][1] != "late_done":  # noqa: ASYNC110 - the log is the condition
            await asyncio.sleep(0.02)
        assert (await service.log.turn(reply.turn_id))[-1].entry.speaker == "hana"


@pytest.mark.parametrize(
    ("language", "wish", "answer"), [("en", "start the compressor", "two"), ("ja", "圧縮機を起動して", "2号機")]
)
async def test_question_of_ours_is_answered_in_a_word_at_the_same_station_only_and_not_for_ever(
    tmp_path: Path, mosquitto: Mosquitto, language: str, wish: str, answer: str
) -> None:
    async with running_site(tmp_path, mosquitto, dialogue_expires_s=0.3) as service:
        assert (await say(service, wish, language=language)).status is Status.AMBIGUOUS
        elsewhere = await say(service, answer, station="room-mic", language=language)
        assert elsewhere.status is Status.NOT_UNDERSTOOD
        await say(service, wish, language=language)
        asked = await say(service, answer, language=language)
        assert asked.status is Status.NEEDS_CONFIRMATION, asked
        assert asked.slots == {"device": "compressor-2"}
        await say(service, wish, language=language)
        deadline = service.clock.monotonic() + 0.35
        await until(lambda: service.clock.monotonic() > deadline)
        assert (await say(service, answer, language=language)).status is Status.NOT_UNDERSTOOD
        assert await commanded(service) == []


async def test_it_stands_for_the_device_that_was_spoken_of(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        await say(service, "is compressor one running")
        pressure = await say(service, "its pressure?")
        assert pressure.intent == "GetPressure", pressure
        assert pressure.slots["device"] == "compressor-1"


async def test_programs_without_a_station_do_not_answer_each_others_questions(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with running_site(tmp_path, mosquitto) as service:

        async def write(name: str, text: str) -> Reply:
            return await service.turn.take(
                Utterance(
                    texts=(text,),
                    station="http",
                    is_without_station=True,
                    language="en",
                    speaker=Speaker(name=name, role=Role.OPERATOR),
                )
            )

        assert (await write("one", "start compressor one")).status is Status.NEEDS_CONFIRMATION
        assert (await write("two", "confirm start compressor one")).status is Status.REFUSED
        assert (await write("one", "confirm start compressor one")).status is Status.DONE


@pytest.mark.parametrize(
    "between", ["nope", "cancel that", "what is the pressure of bank one", "did you start compressor two"]
)
async def test_question_of_ours_is_no_longer_open_once_something_else_was_said(
    tmp_path: Path, mosquitto: Mosquitto, between: str
) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        assert (await say(service, "stop the compressor")).status is Status.AMBIGUOUS
        await say(service, between)
        await say(service, "compressor one")
        assert await commanded(service) == []
