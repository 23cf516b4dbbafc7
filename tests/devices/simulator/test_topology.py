from dataclasses import replace

from devices.plant import Plant
from devices.simulator.topology import topology_of
from tests.devices.simulator.rig import demo_plant


def _without(*kinds: str) -> Plant:
    plant = demo_plant()
    return replace(plant, devices={key: value for key, value in plant.devices.items() if value.kind.name not in kinds})


def test_the_demo_plant_has_the_lines_that_the_documentation_lists() -> None:
    topology = topology_of(demo_plant())
    assert topology.dewars["dewar-3"].bag == "bag-1"
    assert topology.dewars["dewar-4"].bag == "bag-2"
    assert topology.dewars["dewar-4"].transfer_valve == "valve-4"
    assert topology.dewars["dewar-4"].mother == "mother-dewar"
    assert topology.dewars["mother-dewar"].transfer_valve is None
    assert topology.bank_outlets == {"bank-1": "valve-7", "bank-2": "valve-8"}
    assert topology.bag_inlets == {"bag-1": "valve-9", "bag-2": "valve-10"}
    lines = topology.compressors["compressor-2"]
    assert (lines.bag, lines.bank, lines.suction_valve) == ("bag-2", "bank-2", "valve-12")
    assert topology.open_at_start == {"valve-8", "valve-9", "valve-10", "valve-11", "valve-12"}


def test_a_plant_without_valves_has_open_lines_and_no_transfer() -> None:
    topology = topology_of(_without("valve"))
    assert set(topology.bag_inlets.values()) == {None}
    assert topology.dewars["dewar-1"].transfer_valve is None


def test_dewars_without_bags_vent_and_compressors_have_nothing_to_take() -> None:
    topology = topology_of(_without("gas_bag"))
    assert topology.dewars["dewar-1"].bag is None
    assert topology.compressors["compressor-1"].bag is None
