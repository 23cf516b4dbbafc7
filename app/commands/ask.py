"""`wanwan ask`: say something to the running service in writing."""

from typing import Annotated

import typer

from app.commands.client import call
from app.commands.exits import fail
from app.commands.output import print_json, visible
from app.errors import ServiceAnswerError
from app.reply import Status

SUCCESS = {Status.ANSWERED, Status.DONE, Status.NEEDS_CONFIRMATION, Status.CANCELLED}
"""How a turn ends that did what was asked, or asked back as it should."""


def ask(
    text: Annotated[str, typer.Argument(help="What to say, in the language of --language.")],
    language: Annotated[str | None, typer.Option(help="en or ja; by default the station's.")] = None,
    station: Annotated[str | None, typer.Option(help="Where it is said: a station of the plant file.")] = None,
    challenge: Annotated[str | None, typer.Option(help="The challenge that this answers.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole reply as one JSON object.")] = False,
) -> None:
    """Ask or command the plant by text, through the running service.

    The service is the one of WANWAN_URL, by default this machine's own; the key is that of WANWAN_API_KEY. Exit code 1
    where nothing was answered or done.
    """
    body = {"text": text, "language": language, "station": station, "challenge_id": challenge}
    response = call("POST", "/v1/utterances", json={k: v for k, v in body.items() if v is not None})
    try:
        reply = response.json()
        status, speech = Status(reply["status"]), str(reply["speech"])
    except (ValueError, KeyError, TypeError) as exc:
        raise ServiceAnswerError(f"what answers at {response.url} is not our service") from exc
    if as_json:
        print_json(reply)
    else:
        typer.echo(visible(speech))
    if status not in SUCCESS:
        fail(f"{status} ({reply['reason']})")
