"""Figures for Prometheus."""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from app.reply import Reply

TURNS = Counter("wanwan_turns", "Turns taken.", ["status", "language"])
TURN_SECONDS = Histogram(
    "wanwan_turn_seconds",
    "From an utterance to its answer in words, the device's time included.",
    ["status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
COMMANDS = Counter("wanwan_commands", "Commands sent to devices.", ["action", "outcome"])
PLANT_CONNECTED = Gauge("wanwan_plant_connected", "1 while the broker is connected.")


def count_turn(reply: Reply, seconds: float) -> None:
    """Count a turn that has ended, with the commands that it gave."""
    TURNS.labels(reply.status.value, reply.language).inc()
    TURN_SECONDS.labels(reply.status.value).observe(seconds)
    for command in reply.commands:
        COMMANDS.labels(command.action, command.outcome).inc()


def exposition(is_plant_connected: bool) -> tuple[bytes, str]:
    """Return all figures as text, and its media type."""
    PLANT_CONNECTED.set(1 if is_plant_connected else 0)
    return generate_latest(), CONTENT_TYPE_LATEST
