"""Errors of hearing and speaking.

SpeechError
├── SpeechUnavailableError   no voice can say it now: no such language, or the synthesizer failed twice
├── UnspeakableTextError     the text itself cannot be said: empty, or too long
├── PronunciationFileError   a pronunciation file is wrong; carries file, line, remedy
├── AudioError               a recording cannot be used; says what was found, what is wanted, and the remedy
│   ├── AudioNotWavError       not a RIFF WAV at all
│   ├── AudioEmptyError        nothing in it
│   ├── AudioTruncatedError    less sound in it than its header promises
│   ├── AudioWrongFormatError  not mono, not 16 kHz, or not 16-bit PCM
│   └── AudioTooLongError      longer than the limit; refused without being read
├── HearingUnavailableError  no recogniser for the language: text can still be typed
├── HearingFailedError       a recogniser took too long or died; it is started anew
├── UnknownGrammarError      a grammar was asked for that nobody has set
├── GrammarTooLargeError     the sentences of a plant are more than a recogniser can search in time
└── ModelError               a recogniser model cannot be used
    ├── ModelUnknownError      no model of this name is known
    ├── ModelMissingError      nothing stands where the model should be
    ├── ModelBrokenError       files are missing, damaged, or cannot be decoded with
    ├── ModelDownloadError     the download failed; it can be resumed, or a local zip installed
    └── ModelArchiveError      a zip is no model, is damaged, or would write outside its folder
"""


class SpeechError(Exception):
    """Base of all errors of this package."""

    code = "speech"
    can_retry = False

    def __init__(self, message: str, **values: object) -> None:
        """`message` is for people who run the service; `values` is what the spoken answer to `code` names."""
        super().__init__(message)
        self.values = values


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


class AudioError(SpeechError):
    """A recording cannot be used. Sending the same recording again cannot help."""

    code = "audio"


class AudioNotWavError(AudioError):
    """The bytes are no RIFF WAV."""

    code = "audio_not_wav"


class AudioEmptyError(AudioError):
    """There is not one sample in it."""

    code = "audio_empty"


class AudioTruncatedError(AudioError):
    """The file ends before its header says it should."""

    code = "audio_truncated"


class AudioWrongFormatError(AudioError):
    """It is not mono, not 16 kHz, or not 16-bit PCM. It is refused, not converted (see hear.py)."""

    code = "audio_wrong_format"


class AudioTooLongError(AudioError):
    """It is longer than one utterance may be."""

    code = "audio_too_long"


class HearingUnavailableError(SpeechError):
    """No recogniser can hear this language on this machine; typed text still works."""

    code = "no_recognizer"


class HearingFailedError(SpeechError):
    """A recogniser took longer than it may, or its process died; it is started anew for the next utterance."""

    code = "hearing_failed"
    can_retry = True


class UnknownGrammarError(SpeechError):
    """A grammar was asked for that nobody has set: a mistake of ours."""

    code = "unknown_grammar"


class GrammarTooLargeError(SpeechError):
    """The sentences of a plant are more than this recogniser can search in time."""

    code = "grammar_too_large"


class ModelError(SpeechError):
    """A recogniser model cannot be used."""

    code = "model"


class ModelUnknownError(ModelError):
    """No model of this name is known."""

    code = "model_unknown"


class ModelMissingError(ModelError):
    """Nothing stands where the model should be."""

    code = "model_missing"


class ModelBrokenError(ModelError):
    """Files of the model are missing or damaged, or it fails to decode."""

    code = "model_broken"


class ModelDownloadError(ModelError):
    """The download failed; what has arrived is kept and the next attempt goes on from there."""

    code = "model_download"
    can_retry = True


class ModelArchiveError(ModelError):
    """A zip is no Vosk model, is damaged, or would write outside its own folder."""

    code = "model_archive"
