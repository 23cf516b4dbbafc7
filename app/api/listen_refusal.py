"""Why a listening client is sent away: a code, a WebSocket close code, and a sentence with the remedy."""

from enum import StrEnum


class RefusalCode(StrEnum):
    """Stable, for programs; also the reason of the close frame and of the audit row."""

    BAD_MESSAGE = "listen_bad_message"
    """Text that is no JSON, or none of the known messages."""
    BAD_FRAME = "listen_bad_frame"
    """Sound of no, an odd or a far too great length."""
    WRONG_FORMAT = "audio_wrong_format"
    """A rate or a number of channels that is not taken."""
    FLOOD = "listen_flood"
    """Sound faster than real time, beyond what a network may have held up."""
    STALLED = "listen_stalled"
    """No sound, or nothing taken, for too long."""
    KEY_MISSING = "key_missing"
    KEY_UNKNOWN = "key_unknown"
    STATION_OF_ANOTHER_KEY = "station_of_another_key"
    STATION_UNKNOWN = "station_unknown"
    LANGUAGE_UNKNOWN = "language_unknown"
    LISTENERS_FULL = "listeners_full"
    NO_RECOGNIZER = "no_recognizer"
    DATABASE = "database"
    """Keys cannot be checked now."""
    INTERNAL_ERROR = "internal_error"


_CLOSE_CODES = {
    RefusalCode.BAD_MESSAGE: 4400,
    RefusalCode.BAD_FRAME: 4400,
    RefusalCode.KEY_MISSING: 4401,
    RefusalCode.KEY_UNKNOWN: 4401,
    RefusalCode.STATION_OF_ANOTHER_KEY: 4403,
    RefusalCode.STATION_UNKNOWN: 4404,
    RefusalCode.LANGUAGE_UNKNOWN: 4404,
    RefusalCode.STALLED: 4408,
    RefusalCode.WRONG_FORMAT: 4415,
    RefusalCode.FLOOD: 4429,
    RefusalCode.LISTENERS_FULL: 4429,
    RefusalCode.NO_RECOGNIZER: 4503,
    RefusalCode.DATABASE: 4503,
    RefusalCode.INTERNAL_ERROR: 1011,
}
"""HTTP's own numbers for the same, in the range that the protocol leaves to applications."""


class Refusal(Exception):  # noqa: N818 not an error of ours but of the client
    """Ends a session."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        """`message`: one sentence with what was found, what is wanted and the remedy."""
        super().__init__(message)
        self.code = code

    @property
    def close_code(self) -> int:
        """Of the close frame."""
        return _CLOSE_CODES[self.code]
