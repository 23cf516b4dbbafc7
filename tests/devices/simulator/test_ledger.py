import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.simulator.ledger import Ledger

_NAMES = ("dewar", "bag", "bank")


@given(st.lists(st.tuples(st.sampled_from(_NAMES), st.sampled_from(_NAMES), st.floats(0, 1e6)), max_size=60))
def test_no_move_changes_the_total(moves: list[tuple[str, str, float]]) -> None:
    ledger = Ledger({"dewar": 12.51, "bag": 5.355, "bank": 0.1})
    before = ledger.total_ng
    for source, target, kg in moves:
        ledger.move(source, target, kg)
        assert min(ledger.balances_kg.values()) >= 0
    assert ledger.total_ng == before


def test_a_move_takes_no_more_than_there_is_and_says_how_much() -> None:
    ledger = Ledger({"bag": 1.5, "bank": 0.0})
    assert ledger.move("bag", "bank", 2.0) == 1.5
    assert ledger.balances_kg == {"bag": 0.0, "bank": 1.5}


def test_a_flow_has_one_direction() -> None:
    with pytest.raises(ValueError, match="one direction"):
        Ledger({"bag": 1.0, "bank": 1.0}).move("bag", "bank", -0.1)
