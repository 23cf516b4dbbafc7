"""`python -m devices.simulator`: the plant alone, against any broker. Prints `ready` once every device is on it."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from devices.errors import DevicesError
from devices.plant_file import DEMO_PLANT_FILE
from devices.simulator.faults import FAULT_TABLE
from devices.simulator.run import SimulatorSettings, broker_of, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal; 0 after an orderly end, 2 for wrong usage (the reason on stderr)."""
    options = _parser().parse_args(arguments)
    try:
        settings = SimulatorSettings(
            broker=broker_of(options.broker),
            plant_file=options.plant,
            seed=options.seed,
            speed=options.speed,
            faults=tuple(options.fault),
            fills=tuple(options.fill),
            is_instant=options.instant,
        )
        asyncio.run(run(settings, lambda: print("ready", flush=True)))  # noqa: T201 - whoever started us waits for it
    except DevicesError as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - a command line tool
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devices.simulator",
        description="Simulate the plant of a plant file on an MQTT broker.",
        epilog="faults:\n" + "\n".join(f"  {row.name:26} {row.applies_to}: {row.effect}" for row in FAULT_TABLE),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--plant", type=Path, default=DEMO_PLANT_FILE, help="plant file (default: the demo plant)")
    parser.add_argument(
        "--broker", default="mqtt://127.0.0.1:1883", help="mqtt://[user:password@]host[:port] or mqtts://…"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="simulated seconds in a second, up to 3600 (default: 1)"
    )
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same plant (default: 0)")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="DEVICE=FAULT", help="see below; may be repeated"
    )
    parser.add_argument(
        "--fill", action="append", default=[], metavar="DEVICE=NUMBER", help="start level in %% or bank pressure in MPa"
    )
    parser.add_argument("--instant", action="store_true", help="each action's target is shown at once")
    return parser


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    sys.exit(main())
