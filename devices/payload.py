"""JSON on the broker, made from and parsed into our own values; whatever else arrives is one `PayloadError`.

Times are ISO 8601 in UTC with microseconds (`2026-11-22T09:30:00.000000Z`). A device acts on a command like this, in
this order: an id that it has seen is answered `duplicate` and nothing else happens; a command past `expires_at` is
answered `expired`; then `accepted` or `rejected`; then, once its state shows the target, a `state` and `done`.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from devices.command import Command
from devices.errors import PayloadError
from devices.reading import DeviceState

LARGEST_BYTES: Final = 64 * 1024
"""A longer payload is refused unread; ours are below 1 kB."""
RESERVED_KEYS: Final = frozenset({"at", "state", "mode", "fault", "measured_at"})
"""Keys of a state payload that are not measurements."""

_Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$")]


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()


_Text = Annotated[str, StringConstraints(max_length=500), AfterValidator(_one_line)]


def _iso_text(value: Any) -> Any:
    """Refuse seconds since 1970, as a number or as a text of digits: nobody could tell them from milliseconds."""
    if not isinstance(value, str) or value[4:5] != "-":
        raise ValueError("Input should be an ISO 8601 time")
    return value


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("is beyond the calendar") from exc


_Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_iso_text), AfterValidator(_in_utc)]


class Result(StrEnum):
    """What a device answers to a command."""

    ACCEPTED = "accepted"
    """It will act; not yet an effect."""
    DONE = "done"
    """It says that it has acted; believed only of a state that shows it."""
    REJECTED = "rejected"
    """It refused and did nothing."""
    FAILED = "failed"
    """It tried and could not."""
    EXPIRED = "expired"
    """The command came after its deadline; nothing was done."""
    DUPLICATE = "duplicate"
    """It has seen this id before and did nothing more."""


class Status(StrEnum):
    """Whether a device is connected, by its own word or by its will."""

    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A device's answer to a command."""

    command_id: str
    result: Result
    reason: str | None = None
    """The device's own word for a refusal or failure: `interlock`, `local_mode`, `no_oil_pressure`, …"""
    state: str | None = None
    """The state it was in when it answered; for the record, never a proof."""


class _Payload(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


class _CommandPayload(_Payload):
    command_id: _Word
    action: _Word
    value: _Word | None = None
    issued_at: _Moment
    expires_at: _Moment


class _ReplyPayload(_Payload):
    command_id: _Word
    result: Literal["accepted", "done", "rejected", "failed", "expired", "duplicate"]
    reason: _Text | None = None
    state: _Word | None = None


class _StatePayload(_Payload):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float]
    at: _Moment
    state: _Word
    mode: _Word | None = None
    fault: _Text | None = None
    measured_at: _Moment | None = None


_P = TypeVar("_P", bound=_Payload)


def encode_command(command: Command) -> bytes:
    """Return the payload of the `command` topic."""
    value = {} if command.value is None else {"value": command.value}
    return _encode(
        {
            "command_id": command.command_id,
            "action": command.action,
            **value,
            "issued_at": _iso(command.issued_at),
            "expires_at": _iso(command.expires_at),
        }
    )


def parse_command(payload: bytes, device: str) -> Command:
    """Return the command for `device`; raises `PayloadError`."""
    parsed = _parse(_CommandPayload, payload, f"command for {device}")
    return Command(
        command_id=parsed.command_id,
        device=device,
        action=parsed.action,
        value=parsed.value,
        issued_at=parsed.issued_at,
        expires_at=parsed.expires_at,
    )


def encode_reply(reply: Reply) -> bytes:
    """Return the payload of the `reply` topic."""
    optional = {"reason": reply.reason, "state": reply.state}
    return _encode(
        {
            "command_id": reply.command_id,
            "result": reply.result.value,
            **{key: value for key, value in optional.items() if value is not None},
        }
    )


def parse_reply(payload: bytes, device: str) -> Reply:
    """Return the reply of `device`; raises `PayloadError`."""
    parsed = _parse(_ReplyPayload, payload, f"reply of {device}")
    return Reply(
        command_id=parsed.command_id, result=Result(parsed.result), reason=parsed.reason or None, state=parsed.state
    )


def encode_state(state: DeviceState) -> bytes:
    """Return the payload of the `state` topic; `received_at` and `is_online` are the receiver's and do not travel."""
    for name, value in state.values.items():
        if name in RESERVED_KEYS or not math.isfinite(value):
            raise PayloadError(f"state of {state.device}: {name} = {value} cannot be a measurement")
    optional = {"mode": state.mode, "fault": state.fault}
    return _encode(
        {
            "at": _iso(state.at),
            "state": state.state,
            **{key: value for key, value in optional.items() if value is not None},
            **state.values,
            "measured_at": _iso(state.measured_at),
        }
    )


def parse_state(payload: bytes, device: str, received_at: datetime, *, is_online: bool = True) -> DeviceState:
    """Return what `device` says of itself; raises `PayloadError`."""
    parsed = _parse(_StatePayload, payload, f"state of {device}")
    values: Mapping[str, float] = {name: float(value) for name, value in parsed.__pydantic_extra__.items()}
    at = parsed.at
    measured_at = at if parsed.measured_at is None else parsed.measured_at
    if measured_at > at:
        raise PayloadError(f"state of {device}: measured_at {_iso(measured_at)} is later than at {_iso(at)}")
    return DeviceState(
        device=device,
        at=at,
        received_at=received_at,
        state=parsed.state,
        mode=parsed.mode,
        values=values,
        measured_at=measured_at,
        is_online=is_online,
        fault=parsed.fault or None,
    )


def encode_status(status: Status) -> bytes:
    """Return the payload of the `status` topic, and of the will that stands behind it."""
    return status.value.encode()


def parse_status(payload: bytes, device: str) -> Status:
    """Return whether `device` is connected; raises `PayloadError`."""
    try:
        return Status(payload[:100].decode("utf-8").strip())
    except ValueError as exc:
        raise PayloadError(f"status of {device}: {payload[:100]!r} is neither online nor offline") from exc


def _iso(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise PayloadError(f"time {moment} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _encode(fields: Mapping[str, str | float]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _parse(model: type[_P], payload: bytes, what: str) -> _P:
    if len(payload) > LARGEST_BYTES:
        raise PayloadError(f"{what}: {len(payload)} bytes are more than {LARGEST_BYTES}")
    try:
        return model.model_validate_json(payload)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part)[:64] for part in first["loc"]) or "payload"
        raise PayloadError(f"{what}: {where}: {first['msg']}") from exc
