"""Errors of understanding.

IntentsError
├── TemplateError        a template or sentence file cannot be read; carries file, line, column
├── UnknownLanguageError no sentences for that language
├── ExampleFileError     a file of labelled sentences cannot be used; carries file and entry
├── AnswerFileError      an answer file cannot be used; carries file and entry
└── AnswerError          an answer asked for does not exist or lacks a value
"""


class IntentsError(Exception):
    """Base of all errors of this package."""

    code = "intents"
    can_retry = False


class TemplateError(IntentsError):
    """A template or a sentence file is wrong; the message names file, line, column and remedy."""

    code = "template"


class UnknownLanguageError(IntentsError):
    """There are no sentences for that language."""

    code = "unknown_language"


class ExampleFileError(IntentsError):
    """A file of labelled sentences is wrong; the message names file and entry."""

    code = "example_file"


class AnswerFileError(IntentsError):
    """An answer file is wrong; the message names file and entry."""

    code = "answer_file"


class AnswerError(IntentsError):
    """An answer was asked for by an unknown code, or without a value that it needs."""

    code = "answer"
