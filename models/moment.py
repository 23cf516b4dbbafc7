"""Times as they are stored: whole microseconds since 1970-01-01 UTC, exact and the same in every database."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(at: datetime) -> int:
    """Return an aware time as stored; raises `ValueError` for one without a time zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone; times that are kept must be aware")
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(at_us: int) -> datetime:
    """Return a stored time as aware UTC."""
    return _EPOCH + timedelta(microseconds=at_us)


def to_text(at_us: int) -> str:
    """Return a stored time as ISO 8601 with all six decimals: `2026-11-22T01:02:03.000004Z`."""
    return from_microseconds(at_us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
