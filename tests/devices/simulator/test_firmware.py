import pytest

from devices.simulator.firmware import REMEMBERED_IDS
from tests.devices.simulator.rig import Rig


def test_a_command_is_accepted_then_shown_then_done() -> None:
    rig = Rig()
    rig.command("valve-7", "open")
    rig.run(10)
    order = rig.said["valve-7"].order
    begin = order.index("accepted")
    assert order[begin : begin + 2] == ["accepted", "OPENING"]
    assert order[order.index("OPEN") : order.index("OPEN") + 2] == ["OPEN", "done"]


def test_the_state_that_proves_a_command_is_newer_than_it() -> None:
    rig = Rig()
    rig.run(0.5)
    issued_at = rig.clock.now()
    rig.command("valve-9", "open")
    proof = rig.said["valve-9"].states[-1]
    assert proof.state == "OPEN"
    assert proof.at > issued_at
    assert rig.said["valve-9"].order[-3:] == ["accepted", "OPEN", "done"]


def test_a_known_id_is_answered_duplicate_with_the_earlier_result_and_does_nothing() -> None:
    rig = Rig()
    command_id = rig.command("valve-7", "open")
    rig.command("valve-7", "open", command_id=command_id)
    rig.run(10)
    rig.command("valve-7", "close")
    rig.run(10)
    rig.command("valve-7", "open", command_id=command_id, expires_in_s=60)
    rig.run(10)
    assert rig.state("valve-7").state == "CLOSED"
    replies = [reply for reply in rig.said["valve-7"].replies if reply.command_id == command_id]
    assert [(reply.result.value, reply.reason) for reply in replies] == [
        ("accepted", None),
        ("duplicate", "accepted"),
        ("done", None),
        ("duplicate", "done"),
    ]


def test_a_duplicate_of_a_refused_command_stays_refused() -> None:
    rig = Rig()
    command_id = rig.command("valve-7", "explode")
    rig.command("valve-7", "open", command_id=command_id)
    assert rig.results("valve-7") == ["rejected", "duplicate"]
    assert rig.reasons("valve-7") == ["unknown_action", "rejected"]


@pytest.mark.parametrize("age_s", [0.0, 0.001, 5.0, 3600.0])
def test_a_command_past_its_deadline_is_expired_and_does_nothing(age_s: float) -> None:
    rig = Rig()
    rig.command("valve-7", "open", expires_in_s=-age_s, issued_ago_s=age_s + 10)
    rig.run(10)
    assert rig.results("valve-7") == ["expired"]
    assert rig.state("valve-7").state == "CLOSED"


def test_a_stop_that_is_too_late_is_expired_too() -> None:
    rig = Rig()
    rig.command("compressor-1", "stop", expires_in_s=-1)
    assert rig.results("compressor-1") == ["expired"]


@pytest.mark.parametrize(
    ("device", "action", "value", "reason"),
    [
        ("valve-7", "toggle", None, "unknown_action"),
        ("bag-1", "open", None, "unknown_action"),
        ("valve-7", "open", "fast", "invalid_value"),
        ("compressor-1", "set_mode", "turbo", "invalid_value"),
        ("compressor-1", "set_mode", None, "invalid_value"),
    ],
)
def test_what_makes_no_sense_is_rejected(device: str, action: str, value: str | None, reason: str) -> None:
    rig = Rig()
    rig.command(device, action, value)
    assert (rig.results(device), rig.reasons(device)) == (["rejected"], [reason])


def test_a_retained_command_is_rejected_and_not_remembered() -> None:
    rig = Rig()
    command_id = rig.command("valve-7", "open", is_retained=True)
    rig.command("valve-7", "open", command_id=command_id)
    assert rig.results("valve-7") == ["rejected", "accepted"]
    assert rig.reasons("valve-7")[0] == "retained"


def test_a_command_from_the_future_shows_that_the_clocks_disagree() -> None:
    rig = Rig()
    rig.command("valve-7", "open", issued_ago_s=-1.9)
    rig.command("valve-8", "close", issued_ago_s=-2.1)
    assert rig.results("valve-7") == ["accepted"]
    assert rig.reasons("valve-8") == ["clock_skew"]


def test_a_command_from_before_the_device_started_is_rejected() -> None:
    rig = Rig()
    rig.command("valve-7", "open", issued_ago_s=0.5)
    assert rig.reasons("valve-7") == ["restarted"]


def test_interlocks_of_the_plant_file_refuse_a_start() -> None:
    empty = Rig(fills={"bag-1": 10})
    empty.command("compressor-1", "start")
    full = Rig(fills={"bank-1": 14.8})
    full.command("compressor-1", "start")
    assert empty.reasons("compressor-1") == full.reasons("compressor-1") == ["interlock"]


def test_a_device_in_fault_refuses_all_but_a_stop() -> None:
    rig = Rig("compressor-1=trips")
    rig.command("compressor-1", "start")
    rig.run_until_state("compressor-1", ["FAULT"])
    rig.command("compressor-1", "start")
    rig.command("compressor-1", "set_mode", "auto")
    rig.command("compressor-1", "stop")
    assert rig.results("compressor-1")[-4:] == ["rejected", "rejected", "accepted", "done"]
    assert rig.reasons("compressor-1")[-4:-2] == ["fault", "fault"]


def test_garbage_on_the_command_topic_is_not_answered() -> None:
    rig = Rig()
    for payload in (b"", b"{", b"\xff", b"[]", b'{"command_id": "a"}', b"null"):
        rig.simulation.devices["valve-7"].receive(payload, is_retained=False)
    rig.listen()
    assert rig.said["valve-7"].replies == []


def test_the_memory_is_bounded_and_forgets_only_what_would_be_refused_as_late() -> None:
    rig = Rig(is_instant=True)
    first = rig.command("valve-7", "open", expires_in_s=10)
    for _ in range(REMEMBERED_IDS - 1):
        rig.command("valve-7", "open", expires_in_s=10)
    rig.command("valve-7", "close")
    assert rig.reasons("valve-7")[-1] == "busy"
    rig.clock.advance(11)
    rig.command("valve-7", "close")
    assert rig.results("valve-7")[-1] == "done"
    rig.command("valve-7", "open", command_id=first, expires_in_s=-1)
    assert rig.results("valve-7")[-1] == "expired"
