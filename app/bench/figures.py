"""Measured figures and how they are printed."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure against what it should be."""

    what: str
    value: float
    unit: str
    wanted: str
    """The figure of the promise, as text: `≤ 25 ms`."""
    is_reached: bool
    samples: int = 1


def at_most(what: str, value: float, limit: float, unit: str, samples: int = 1) -> Figure:
    """Return a figure that should not be above `limit`."""
    return Figure(
        what=what, value=value, unit=unit, wanted=f"≤ {limit:g} {unit}", is_reached=value <= limit, samples=samples
    )


def at_least(what: str, value: float, limit: float, unit: str, samples: int = 1) -> Figure:
    """Return a figure that should not be below `limit`."""
    return Figure(
        what=what, value=value, unit=unit, wanted=f"≥ {limit:g} {unit}", is_reached=value >= limit, samples=samples
    )


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value below which `percent` of the values lie; of one value, itself."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def print_figures(figures: Sequence[Figure], *, as_json: bool) -> None:
    """Print a table, or one JSON object."""
    if as_json:
        print(json.dumps({"results": [asdict(figure) for figure in figures]}, ensure_ascii=False))  # noqa: T201
        return
    table = Table("what", "measured", "wanted", "", "samples")
    for figure in figures:
        shown = f"{figure.value:.3g} {figure.unit}" if figure.value < 1000 else f"{figure.value:.0f} {figure.unit}"  # noqa: PLR2004
        table.add_row(figure.what, shown, figure.wanted, "✓" if figure.is_reached else "✗", str(figure.samples))
    Console().print(table)
