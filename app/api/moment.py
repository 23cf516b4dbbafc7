"""Times in questions: ISO 8601 with a time zone, so that nobody guesses which one was meant."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}.*([Zz]|[+-]\d{2}:?\d{2})", re.ASCII)


def _as_written(value: object) -> object:
    """Refuse what pydantic would take besides: seconds since 1970, dates alone, times without a zone."""
    if isinstance(value, str) and not _DATE_AND_TIME.fullmatch(value):
        raise PydanticCustomError("time_without_zone", "write a time with its time zone: 2026-11-22T09:00:00Z")
    return value


Moment = Annotated[datetime | None, BeforeValidator(_as_written), Query(examples=["2026-11-22T09:00:00Z"])]
"""A time that may be left out; aware."""
