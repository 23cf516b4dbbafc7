"""The real voices of both languages: their sound is right, shared, cached, never mixed up, whatever a worker does."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator

import numpy as np
import psutil
import pytest
import pytest_asyncio
from numpy.typing import NDArray

from app.speech.errors import PronunciationFileError, SpeechUnavailableError, UnspeakableTextError
from app.speech.frames import VOICE_RATE_HZ
from app.speech.speak import Speech, Synthesizer, Voice
from app.speech.voice_settings import VoiceSettings
from app.speech.wav import from_wav

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENTENCES = {
    "en": "Dewar 3 is at 72 percent, 72 litres, measured 20 seconds ago.",
    "ja": "デュワー3の液面は72パーセント、72リットル、20秒前の測定です。",
}
LANGUAGES = tuple(SENTENCES)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice() -> AsyncIterator[Voice]:
    async with Voice(timeout_s=20) as voice:  # patience for a busy machine; time-outs are tested by themselves
        await voice.warm_up()
        yield voice


def samples(speech: Speech) -> NDArray[np.float64]:
    pcm, rate_hz = from_wav(speech.wav)
    assert rate_hz == VOICE_RATE_HZ
    return np.frombuffer(pcm, "<i2").astype(float)


def loudness(speech: Speech) -> float:
    return float(np.sqrt(np.mean(samples(speech) ** 2)))


def timbre(speech: Speech) -> NDArray[np.float64]:
    """Share of the sound in each 100 Hz."""
    power = np.abs(np.fft.rfft(samples(speech))) ** 2
    bands = np.add.reduceat(power, np.arange(0, len(power), int(100 * speech.duration_s)))[:80]
    return np.asarray(bands / bands.sum())


def pitch_hz(speech: Speech) -> float:
    """Shortest distance after which the wave is like itself, 60 to 600 Hz; the median over voiced frames of 50 ms."""
    sound, frame = samples(speech), VOICE_RATE_HZ // 20
    shortest, longest = VOICE_RATE_HZ // 600, VOICE_RATE_HZ // 60
    found = []
    for start in range(0, len(sound) - frame - longest, frame):
        piece = sound[start : start + frame + longest]
        energy = np.convolve(piece**2, np.ones(frame), "valid")
        alike = np.correlate(piece, piece[:frame], "valid") / np.sqrt(energy * energy[0] + 1)
        peaks = [lag for lag in range(shortest, longest) if alike[lag - 1] < alike[lag] >= alike[lag + 1]]
        best = max((alike[lag] for lag in peaks), default=0)
        if best > 0.8:
            found.append(VOICE_RATE_HZ / next(lag for lag in peaks if alike[lag] > 0.9 * best))
    return float(np.median(found))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_sentence_becomes_a_wav_that_is_neither_silent_nor_clipped(voice: Voice, language: str) -> None:
    speech = await voice.say(SENTENCES[language], language)
    sound = samples(speech)
    assert speech.duration_s == pytest.approx(len(sound) / VOICE_RATE_HZ)
    assert 4 < speech.duration_s < 8
    assert 2_000 < loudness(speech) < 5_000
    assert np.mean(np.abs(sound) > 32_000) < 0.001
    audible = np.flatnonzero(np.abs(sound) > 300)
    assert audible[0] < 0.1 * VOICE_RATE_HZ


async def test_both_languages_are_about_as_loud(voice: Voice) -> None:
    english, japanese = [loudness(await voice.say(SENTENCES[language], language)) for language in LANGUAGES]
    assert english == pytest.approx(japanese, rel=0.3)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_rate_volume_and_pitch_are_those_asked_for_and_of_no_other_sentence(voice: Voice, language: str) -> None:
    text = SENTENCES[language]
    usual = await voice.say(text, language)
    fast = await voice.say(text, language, VoiceSettings(words_per_minute=250))
    quiet = await voice.say(text, language, VoiceSettings(volume=0.5))
    high = await voice.say(text, language, VoiceSettings(half_tones=6))
    low = await voice.say(text, language, VoiceSettings(half_tones=-6))
    assert fast.duration_s == pytest.approx(usual.duration_s * 165 / 250, rel=0.15)
    assert loudness(quiet) == pytest.approx(loudness(usual) / 2, rel=0.1)
    assert quiet.duration_s == pytest.approx(usual.duration_s, rel=0.02)
    assert pitch_hz(low) * 1.1 < pitch_hz(usual) < pitch_hz(high) / 1.1


async def test_settings_hold_for_their_own_sentence_however_often_they_change(voice: Voice) -> None:
    settings = [VoiceSettings(words_per_minute=rate, volume=volume) for rate in (80, 165, 300) for volume in (0.3, 1.0)]
    speeches = [await voice.say(f"Valve {n} is open.", "en", setting) for n in (4, 5) for setting in settings]
    slow, usual, fast = (np.mean([s.duration_s for s in speeches[i::6] + speeches[i + 1 :: 6]]) for i in (0, 2, 4))
    assert slow > 1.5 * usual > 2.2 * fast
    assert max(loudness(speech) for speech in speeches[::2]) < 0.5 * min(loudness(speech) for speech in speeches[1::2])


async def test_other_english_voices_can_be_named(voice: Voice) -> None:
    usual, again = [
        timbre(await voice.say(SENTENCES["en"], "en", VoiceSettings(volume=volume))) for volume in (1, 0.99)
    ]
    for name in ("gmw/en-gb-scotland", "gmw/en-us+f3", "gmw/en-us+m5"):
        other = timbre(await voice.say(SENTENCES["en"], "en", VoiceSettings(names=(("en", name),))))
        assert np.abs(other - usual).sum() > 3 * np.abs(again - usual).sum(), name


@pytest.mark.parametrize("language", LANGUAGES)
async def test_unknown_voice_is_an_error_and_the_usual_one_goes_on(voice: Voice, language: str) -> None:
    with pytest.raises(SpeechUnavailableError, match="nobody"):
        await voice.say("Valve 1.", language, VoiceSettings(names=((language, "nobody"),)))
    assert (await voice.say(f"Valve 11 {SENTENCES[language]}", language)).duration_s > 4


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"words_per_minute": 79}, "79 is outside 80 to 400 words per minute"),
        ({"words_per_minute": 401}, "401 is outside"),
        ({"volume": 1.1}, "1.1 is outside 0 to 1"),
        ({"volume": float("nan")}, "nan is outside"),
        ({"half_tones": -13}, "-13 is outside -12 to 12 half tones"),
    ],
)
async def test_setting_out_of_range_is_an_error(settings: dict[str, float], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        VoiceSettings(**settings)  # type: ignore[arg-type]


async def test_language_without_a_voice_is_an_error(voice: Voice) -> None:
    with pytest.raises(SpeechUnavailableError, match="'fr'"):
        await voice.say("bonjour", "fr")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["", "\x00\x07", "👍", "a" * 10_000, "圧" * 10_000])
async def test_text_that_cannot_be_said_is_an_error(voice: Voice, text: str, language: str) -> None:
    with pytest.raises(UnspeakableTextError):
        await voice.say(text, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "stop\x00\x1b[31m now",
        "👍 level 5 🚀",
        "<speak>valve</speak> & 'seven'",
        "[[h@loU]] |path=/tmp/x|",
        "%s %n {0} \\x00",
        "液面 is low, バルブ7 is open, 72 %.",
        "привет, مرحبا 4",
        "안녕 5",
        "e\u0301te\u0301 \u202eabc",
        "x" * 400,
        "9" * 60,
        "ア" * 210,
        "a\n\n\tb\r\nc",
        "\ud800 one",
    ],
    ids=lambda text: ascii(text)[:12],
)
async def test_odd_text_is_spoken_or_refused_and_hangs_nothing(voice: Voice, text: str, language: str) -> None:
    pids = voice.pids
    try:
        speech = await voice.say(text, language)
    except UnspeakableTextError:
        return
    assert loudness(speech) > 100
    assert voice.pids == pids


async def test_mixed_text_is_spoken_by_both_voices_in_turn(voice: Voice) -> None:
    whole = await voice.say("It is blocked: バッグがほぼ空です。", "en")
    english = await voice.say("It is blocked:", "en")
    japanese = await voice.say("バッグがほぼ空です。", "ja")
    assert whole.duration_s == pytest.approx(english.duration_s + japanese.duration_s, abs=0.01)


async def test_hundred_callers_at_once_each_get_their_own_sentence(voice: Voice) -> None:
    # The more words the longer: a mixed-up answer would break the order.
    texts = [(" ".join(["seven"] * count) + " pumps.", "en") for count in range(1, 41)]
    texts += [("バルブ" * count + "です。", "ja") for count in range(1, 11)]
    speeches = await asyncio.gather(*(voice.say(text, language) for text, language in texts * 2))
    durations = [speech.duration_s for speech in speeches]
    assert durations[:40] == sorted(set(durations[:40]))
    assert durations[40:50] == sorted(set(durations[40:50]))
    assert speeches[:50] == speeches[50:]


async def test_one_sentence_asked_by_many_is_made_once(voice: Voice) -> None:
    # eSpeak never makes the same bytes twice, so equal sound is shared sound.
    first, *others = await asyncio.gather(*(voice.say("Everybody asks this.", "en") for _ in range(20)))
    assert all(other == first for other in others)
    assert await voice.say("Everybody asks this.", "en") == first


async def test_caller_that_leaves_takes_the_sentence_from_nobody(voice: Voice) -> None:
    text = "この文は二人が待っています。一人は先に帰ります。"
    leaving = asyncio.create_task(voice.say(text, "ja"))
    staying = asyncio.create_task(voice.say(text, "ja"))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).duration_s > 2
    assert leaving.cancelled()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_pieces_put_together_are_the_whole(voice: Voice, language: str) -> None:
    text = f"{SENTENCES[language]} {SENTENCES[language].replace('3', '5')}"
    pieces = [piece async for piece in voice.pieces(text, language)]
    assert len(pieces) == {"en": 2, "ja": 6}[language]
    whole = await voice.say(text, language)
    assert b"".join(from_wav(piece.wav)[0] for piece in pieces) == from_wav(whole.wav)[0]


async def test_first_piece_comes_while_the_rest_is_still_being_made(voice: Voice) -> None:
    text = "".join(f"{number}番の液面を測定しました、" for number in range(20, 28)) + "以上です。"
    pieces = voice.pieces(text, "ja")
    await anext(pieces)
    whole = asyncio.create_task(voice.say(text, "ja"))
    await asyncio.sleep(0)
    assert not whole.done()
    assert len([piece async for piece in pieces]) == 8
    assert (await whole).duration_s > 8


async def test_others_run_while_a_sentence_is_made(voice: Voice) -> None:
    task = asyncio.create_task(voice.say("長い文を読んでいる間も、ほかの仕事は止まりません。", "ja"))
    turns = 0
    while not task.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 3


@pytest.mark.parametrize("language", LANGUAGES)
async def test_killed_voice_speaks_the_next_sentence(voice: Voice, language: str) -> None:
    await voice.warm_up()
    pid = voice.pids[language]
    os.kill(pid, signal.SIGKILL)
    assert (await voice.say(f"After the end: {SENTENCES[language]}", language)).duration_s > 4
    assert voice.pids[language] != pid


@pytest.mark.parametrize("language", LANGUAGES)
async def test_hung_voice_is_replaced_and_cached_sentences_need_none(language: str) -> None:
    async with Voice(timeout_s=1.5) as voice:
        cached = await voice.say(SENTENCES[language], language)
        pid = voice.pids[language]
        os.kill(pid, signal.SIGSTOP)
        assert await voice.say(SENTENCES[language], language) == cached
        assert voice.pids[language] == pid
        assert (await voice.say("7 valves, 7番。", language)).duration_s > 1
        assert voice.pids[language] != pid
        assert not psutil.pid_exists(pid)


async def test_close_ends_who_waits_and_leaves_no_process_thread_or_task() -> None:
    threads, tasks = set(threading.enumerate()), asyncio.all_tasks()
    children = set(psutil.Process().children())
    voice = Voice()
    await voice.warm_up({"en": ["Ready."], "ja": ["準備ができました。"]})
    assert len(voice.pids) == 2
    waiting = [asyncio.ensure_future(voice.say(f"これは{number}番目の文です。", "ja")) for number in range(20)]
    await asyncio.sleep(0)
    await voice.close()
    await voice.close()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(end, SpeechUnavailableError) for end in ends)
    assert not voice.pids
    assert set(psutil.Process().children()) == children
    assert set(threading.enumerate()) == threads
    assert asyncio.all_tasks() == tasks
    with pytest.raises(SpeechUnavailableError, match="closed"):
        await voice.say("Ready.", "en")


async def test_voice_is_what_the_rest_of_the_service_expects(voice: Voice) -> None:
    synthesizer: Synthesizer = voice
    assert (await synthesizer.say("Yes.", "en")).wav.startswith(b"RIFF")


async def test_broken_pronunciations_are_found_when_the_voice_is_made(tmp_path_factory: pytest.TempPathFactory) -> None:
    site = tmp_path_factory.mktemp("site") / "site.yaml"
    site.write_text("word: {}\n")
    with pytest.raises(PronunciationFileError, match=r"site\.yaml:1"):
        Voice(pronunciations=[site])


async def test_voice_that_cannot_speak_gives_the_sound_that_says_so(voice: Voice) -> None:
    answers = [await voice.say_or_earcon(text, language) for text, language in (("bonjour", "fr"), ("", "en"))]
    assert answers[0] == answers[1]
    assert 0.3 < answers[0].duration_s < 1
    assert loudness(answers[0]) > 2_000
    assert (await voice.say_or_earcon(SENTENCES["en"], "en")).duration_s > 4


async def test_long_text_holds_up_no_short_answer(voice: Voice) -> None:
    long = asyncio.create_task(voice.say("".join(f"{number}行目です。" for number in range(12)), "ja"))
    await asyncio.sleep(0)
    await voice.say("止めました。", "ja")
    assert not long.done()
    assert (await long).duration_s > 8


async def test_flood_of_sentences_is_refused_and_what_was_taken_is_spoken() -> None:
    async with Voice(most_waiting=20, timeout_s=20) as voice:
        asked = [voice.say(f"Go {number}.", "en") for number in range(50)]
        ends = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(end, Speech) for end in ends) == 20
        assert sum(isinstance(end, SpeechUnavailableError) for end in ends) == 30
        assert (await voice.say("Go on.", "en")).duration_s > 0.3
