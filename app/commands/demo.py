"""`wanwan demo`: broker, simulated plant and service on this machine, a tour, then a running service to try."""

import asyncio
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from app.commands.exits import fail
from app.config import DEMO_PLANT, Settings
from app.demo.processes import free_port, running, wait_for_line, wait_until_ready
from app.demo.tour import ANSWER_TIMEOUT_S, load_stops, take_tour
from models.database import Database
from models.operator import KeyRing

SPEED = 30.0
"""Simulated seconds in a real second: lively, and a valve still takes its time."""


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End after the tour; exit 1 if any step of it went wrong.")
    ] = False,
) -> None:
    """Show everything at work: spoken sentences in both languages, from the voice to the simulated plant and back."""
    console = Console(soft_wrap=True)
    folder = Path(tempfile.mkdtemp(prefix="wanwan-demo-"))
    port, broker_port = free_port(8765), free_port(1883)
    environment = {
        "WANWAN_DATA": str(folder),
        "WANWAN_PLANT": str(DEMO_PLANT),
        "WANWAN_HOST": "127.0.0.1",
        "WANWAN_PORT": str(port),
        "WANWAN_BROKER_URL": "",
        "WANWAN_DATABASE_URL": "",
        "WANWAN_BROKER_PASSWORD": secrets.token_urlsafe(16),
        "WANWAN_EMBEDDED_BROKER_PORT": str(broker_port),
        "WANWAN_RECOGNIZER_EN": "practice",
        "WANWAN_RECOGNIZER_JA": "practice",
    }
    url = f"http://127.0.0.1:{port}"
    keys = asyncio.run(_make_keys(folder))
    started = time.monotonic()
    service_log, plant_log = folder / "service.log", folder / "plant.log"
    with (
        running(["serve"], environment, service_log) as service,
        running(["simulate", "--speed", str(SPEED)], environment, plant_log) as plant,
    ):
        console.print(
            f"service {url}, broker 127.0.0.1:{broker_port}, simulated plant at {SPEED:g} times the speed of life"
        )
        wait_until_ready(service, url, service_log)
        console.print(f"ready {time.monotonic() - started:.1f} s after the start; everything is kept in {folder}")
        wait_for_line(plant, "ready", plant_log)
        wrong = asyncio.run(_tour(url, keys["admin"], console, folder))
        stops = len(load_stops())
        console.print(
            f"\n{stops - wrong} of {stops} steps and the audit chain right"
            if not wrong
            else f"\n[red]{wrong} wrong[/red]"
        )
        if once:
            if wrong:
                fail(f"{wrong} steps of the tour went wrong; the logs are in {folder}")
            shutil.rmtree(folder)
            return
        _invite(console, url, keys, environment)
        try:
            while service.poll() is None and plant.poll() is None:
                time.sleep(0.5)
        except KeyboardInterrupt:
            console.print("\nending")
            return
        fail(f"a process of the demo ended by itself; the logs are in {folder}")


async def _make_keys(folder: Path) -> dict[str, str]:
    settings = Settings(data=folder, database_url=None)
    async with await Database.open(settings.effective_database_url) as database:
        ring = KeyRing(database)
        return {role: (await ring.create(f"demo-{role}", role)).key for role in ("technician", "operator", "admin")}


async def _tour(url: str, key: str, console: Console, folder: Path) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=ANSWER_TIMEOUT_S) as client:
        return await take_tour(client, console, folder, load_stops())


def _invite(console: Console, url: str, keys: dict[str, str], environment: dict[str, str]) -> None:
    console.print("\nIt keeps running. To try it, in another terminal:\n", highlight=False)
    names = ("WANWAN_DATA", "WANWAN_PORT", "WANWAN_RECOGNIZER_EN", "WANWAN_RECOGNIZER_JA")
    console.print(f"  export {' '.join(f'{name}={environment[name]}' for name in names)}", highlight=False)
    console.print(f"  export WANWAN_API_KEY={keys['operator']}", highlight=False)
    for command in (
        'wanwan ask "how full is bag one"',
        'wanwan ask "open valve eight" --station control-desk',
        'wanwan ask "confirm open valve eight" --station control-desk',
        'wanwan ask "バルブ8を閉めて" --language ja',
        "wanwan audit list",
        "wanwan audit verify",
    ):
        console.print(f"  .venv/bin/{command}", highlight=False)
    console.print(f"\n  {url}/docs    the HTTP interface", highlight=False)
    for role, key in keys.items():
        console.print(f"  {role:10}  {key}", highlight=False)
    console.print("\nCtrl-C ends it.")
