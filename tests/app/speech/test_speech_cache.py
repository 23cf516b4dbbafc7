"""Sentences are kept within a bound, the longest unused goes first."""

from app.speech.frames import SpeechRequest
from app.speech.speech_cache import CacheKey, SpeechCache


def key(text: str) -> CacheKey:
    return "en", SpeechRequest(text=text, words_per_minute=165, volume=1, half_tones=0, voice=None)


def test_longest_unused_sentence_is_dropped_when_the_bound_is_reached() -> None:
    cache = SpeechCache(10)
    cache.keep(key("a"), (b"1234",))
    cache.keep(key("b"), (b"12", b"34"))
    assert cache.find(key("a")) == (b"1234",)
    cache.keep(key("c"), (b"1234",))
    assert cache.find(key("b")) is None
    assert cache.find(key("a")) == (b"1234",)
    assert cache.find(key("c")) == (b"1234",)
    assert cache.size_bytes == 8


def test_sentence_kept_again_counts_once() -> None:
    cache = SpeechCache(10)
    cache.keep(key("a"), (b"1234",))
    cache.keep(key("a"), (b"123456",))
    assert (len(cache), cache.size_bytes) == (1, 6)


def test_sentence_beyond_the_bound_is_not_kept_and_drops_nothing() -> None:
    cache = SpeechCache(10)
    cache.keep(key("a"), (b"1234",))
    cache.keep(key("b"), (b"12345678901",))
    assert cache.find(key("b")) is None
    assert cache.find(key("a")) is not None


def test_cache_without_room_keeps_nothing() -> None:
    cache = SpeechCache(0)
    cache.keep(key("a"), (b"1",))
    assert len(cache) == 0
