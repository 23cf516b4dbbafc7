"""Errors of hearing and speaking.

SpeechError
├── SpeechUnavailableError   no voice can say it now: no such language, or the synthesizer failed twice
├── UnspeakableTextError     the text itself cannot be said: empty, or too long
└── PronunciationFileError   a pronunciation file is wrong; carries file, line, remedy
"""


class SpeechError(Exception):
    """Base of all errors of this package."""

    code = "speech"
    can_retry = False


class SpeechUnavailableError(SpeechError):
    """No voice can say it: the language has none, or its synthesizer failed, was restarted, and failed again."""

    code = "speech_unavailable"
    can_retry = True


class UnspeakableTextError(SpeechError):
    """The text itself cannot be said: it has no word in it, or it is too long."""

    code = "unspeakable_text"


class PronunciationFileError(SpeechError):
    """A pronunciation file is wrong; the message names file, line and remedy."""

    code = "pronunciation_file"
