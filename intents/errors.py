"""Errors of understanding.

IntentsError
├── TemplateError        a template or sentence file cannot be read; carries file, line, column
└── UnknownLanguageError no sentences for that language
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
