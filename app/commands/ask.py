"""`wanwan ask`: say something to the running service in writing."""

import json
from typing import Annotated

import typer

from app.commands.client import call
from app.commands.exits import FAILED
from app.reply import Status

SUCCESS = {Status.ANSWERED, Status.DONE, Status.NEEDS_CONFIRMATION, Status.CANCELLED}


def ask(
    text: Annotated[str, typer.Argument(help="What to say, in the language of --language.")],
    language: Annotated[str | None, typer.Option(help="en or ja; by default the station's.")] = None,
    station: Annotated[str | None, typer.Option(help="A station of the plant file.")] = None,
    challenge: Annotated[str | None, typer.Option(help="The challenge that this answers.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole reply as one JSON object.")] = False,
) -> None:
    """Ask or command the plant by text, through the running service (key in WANWAN_API_KEY)."""
    body = {"text": text, "language": language, "station": station, "challenge_id": challenge}
    reply = call("POST", "/v1/utterances", json={k: v for k, v in body.items() if v is not None}).json()
    typer.echo(json.dumps(reply, ensure_ascii=False) if as_json else reply["speech"])
    if reply["status"] not in SUCCESS:
        if not as_json:
            typer.echo(f"wanwan: {reply['status']} ({reply['reason']})", err=True)
        raise typer.Exit(FAILED)
