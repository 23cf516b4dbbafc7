"""The tour: spoken sentences in both languages, each followed from the voice to the plant and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from ruamel.yaml import YAML

from app.speech.resample import as_heard
from app.speech.speak import Voice

STATIONS = {"en": "control-desk", "ja": "room-mic"}
ANSWER_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One sentence of the tour."""

    title: str
    say: str
    language: str
    status: str
    """What the reply's status must be."""
    intent: str | None = None
    """What must have been understood; not checked where nothing is done."""

    def is_right(self, reply: dict[str, Any]) -> bool:
        """Whether the reply is what it must be."""
        return reply["status"] == self.status and self.intent in {None, reply["intent"]}


TOUR_FILE = Path(__file__).with_name("tour.yaml")


def load_stops(path: Path = TOUR_FILE) -> tuple[Stop, ...]:
    """Return the sentences of the tour."""
    return tuple(Stop(**entry) for entry in YAML(typ="safe").load(path.read_text(encoding="utf-8")))


async def take_tour(client: httpx.AsyncClient, console: Console, folder: Path, stops: Sequence[Stop]) -> int:
    """Take the tour through the running service behind `client`; return how many stops went wrong.

    The recordings and spoken answers are kept in `folder`.
    """
    wrong = 0
    voice = Voice()
    try:
        for number, stop in enumerate(stops, 1):
            console.print(f"\n[bold]{number}. {stop.title}[/bold]")
            if not await _visit(client, console, folder / f"{number:02}", stop, voice):
                wrong += 1
    finally:
        await voice.close()
    verified = (await client.get("/v1/audit/verification")).json()
    console.print("\n[bold]The audit log[/bold]")
    if verified["is_intact"]:
        console.print(f"  verified    {verified['rows']} rows, chain intact, head {verified['head_hash'][:16]}…")
    else:
        wrong += 1
        console.print(f"  [red]BROKEN at row {verified['first_bad_seq']}: {verified['reason']}[/red]")
    return wrong


async def _visit(client: httpx.AsyncClient, console: Console, stem: Path, stop: Stop, voice: Voice) -> bool:
    spoken = await voice.say(stop.say, stop.language)
    question = stem.with_name(f"{stem.name}-asked.wav")
    question.write_bytes(as_heard(spoken.wav))
    console.print(f"  said        {stop.say}   ({question})", highlight=False)
    station = STATIONS[stop.language]
    response = await client.post(
        "/v1/utterances/audio",
        params={"station": station, "language": stop.language},
        content=question.read_bytes(),
        headers={"Content-Type": "audio/wav"},
    )
    reply = response.json()
    if response.is_error:
        console.print(f"  [red]WRONG: {reply.get('detail')}[/red]")
        return False
    rows = (await client.get("/v1/audit", params={"turn_id": reply["turn_id"], "limit": 100})).json()["rows"]
    _show(console, reply, sorted(rows, key=lambda row: row["seq"]))
    answer = stem.with_name(f"{stem.name}-answer.wav")
    answer.write_bytes((await voice.say(reply["speech"], reply["language"])).wav)
    console.print(f"  answered    [cyan]{reply['speech']}[/cyan]   ({answer})", highlight=False)
    if stop.is_right(reply):
        return True
    found = f"{reply['status']} {reply['intent']}"
    console.print(f"  [red]WRONG: expected {stop.status} {stop.intent or ''}, got {found}[/red]")
    return False


def _show(console: Console, reply: dict[str, Any], rows: Sequence[dict[str, Any]]) -> None:
    heard = reply["transcript"]
    texts = heard["texts"] or ["(nothing)"]
    console.print(f"  heard       {texts[0]}   ({heard['engine']}, {heard['decode_s'] * 1000:.0f} ms)", highlight=False)
    slots = ", ".join(f"{name}={value}" for name, value in reply["slots"].items())
    console.print(f"  understood  {reply['intent'] or '–'} {slots}", highlight=False)
    for row in rows:
        match row["step"]:
            case "decided":
                console.print(f"  decided     {row['outcome']} {row['reason'] or ''}", highlight=False)
            case "confirmed":
                console.print(f"  confirmed   {row['outcome']} {row['reason'] or ''}", highlight=False)
            case "commanded":
                was = f"(was {row['old_state']})"
                console.print(f"  commanded   {row['action']} {row['device']}   {was}", highlight=False)
            case "outcome":
                change = f"{row['old_state']} → {row['new_state']}"
                console.print(f"  the plant   {row['device']}: {change}: {row['outcome']}", highlight=False)
            case _:
                pass
