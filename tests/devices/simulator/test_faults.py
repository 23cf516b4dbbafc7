import pytest

from devices.simulator.errors import FaultError
from devices.simulator.faults import FAULT_TABLE, FaultKind, faults_for, parse_fault, parse_faults
from tests.devices.simulator.rig import demo_plant


def test_every_fault_stands_in_the_table_that_the_help_shows() -> None:
    assert [row.name.removesuffix("=±SECONDS") for row in FAULT_TABLE] == [kind.value for kind in FaultKind]
    assert all(row.effect and row.applies_to for row in FAULT_TABLE)


def test_faults_are_understood() -> None:
    faults = parse_faults(["compressor-1=no-start", " valve-7 = stuck ", "dewar-3=clock-skew=-30"], demo_plant())
    assert [(fault.device, fault.kind, fault.skew_s) for fault in faults] == [
        ("compressor-1", FaultKind.NO_START, 0.0),
        ("valve-7", FaultKind.STUCK, 0.0),
        ("dewar-3", FaultKind.CLOCK_SKEW, -30.0),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("compressor-1", "is not DEVICE=FAULT"),
        ("=stuck", "is not DEVICE=FAULT"),
        ("valve-13=stuck", r"no device 'valve-13'.*it has: dewar-1"),
        ("valve-7=broken", r"no fault 'broken'; valve-7 can have: stuck"),
        ("dewar-1=stuck", r"a dewar cannot have 'stuck'; dewar-1 can have: slow"),
        ("bag-1=no-ack", "a gas_bag cannot have 'no-ack'"),
        ("room=silent", "no device 'room'"),
        ("valve-7=stuck=3", "takes no value"),
        ("valve-7=clock-skew", "needs seconds"),
        ("valve-7=clock-skew=soon", "not 'soon'"),
        ("valve-7=clock-skew=nan", "outside ±86400 s"),
        ("valve-7=clock-skew=90000", "outside ±86400 s"),
    ],
)
def test_a_mistaken_fault_is_refused_with_what_there_is(text: str, message: str) -> None:
    with pytest.raises(FaultError, match=message):
        parse_fault(text, demo_plant())


def test_only_what_can_leak_leaks() -> None:
    leaking = [d.device_id for d in demo_plant().devices.values() if FaultKind.LEAK in faults_for(d)]
    assert leaking == [*(f"dewar-{n}" for n in range(1, 7)), "mother-dewar", "bag-1", "bag-2", "bank-1", "bank-2"]
