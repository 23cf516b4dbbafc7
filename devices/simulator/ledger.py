"""The helium accounts: every flow is taken from one account and put into another, in whole nanograms.

Integers make conservation exact: no rounding can lose or make helium, however long the simulator runs.
"""

from collections.abc import Mapping
from typing import Final

_NG_PER_KG: Final = 1_000_000_000_000


class Ledger:
    """How much helium is where."""

    def __init__(self, opening_kg: Mapping[str, float]) -> None:
        """Open an account for each name with what it holds at the start, in kg."""
        self._ng = {name: round(kg * _NG_PER_KG) for name, kg in opening_kg.items()}

    def kg(self, account: str) -> float:
        """Return what an account holds."""
        return self._ng[account] / _NG_PER_KG

    def move(self, source: str, target: str, wanted_kg: float) -> float:
        """Move helium from one account to another, never more than there is, and return how much was moved (kg)."""
        if wanted_kg < 0:
            raise ValueError(f"cannot move {wanted_kg} kg from {source} to {target}: a flow has one direction")
        moved_ng = min(round(wanted_kg * _NG_PER_KG), self._ng[source])
        self._ng[source] -= moved_ng
        self._ng[target] += moved_ng
        return moved_ng / _NG_PER_KG

    @property
    def total_ng(self) -> int:
        """All helium there is, losses included: the same for ever."""
        return sum(self._ng.values())

    @property
    def balances_kg(self) -> Mapping[str, float]:
        """What each account holds."""
        return {name: ng / _NG_PER_KG for name, ng in self._ng.items()}
