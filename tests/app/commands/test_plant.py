"""The plant file, checked and shown."""

from pathlib import Path

import pytest

from devices.plant_file import DEMO_PLANT_FILE
from tests.app.commands.terminal import Terminal

BROKEN = """\
site: {id: okayama, name: {en: Okayama}, timezone: Asia/Tokyo}
devices:
  - {id: dewar-3, kind: dewer, number: 3, capacity_l: 100}
  - {id: valve-1, kind: valve, number: 1}
  - {id: valve-1, kind: valve, number: 2}
"""


def test_the_demo_plant_is_right(wanwan: Terminal) -> None:
    ended = wanwan("plant", "check")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.strip().endswith("demo.yaml: right; 28 devices, 4 stations")


def test_each_mistake_is_told_with_file_line_and_remedy(wanwan: Terminal) -> None:
    file = wanwan.data / "plant.yaml"
    file.write_text(BROKEN)
    ended = wanwan("plant", "check", str(file))
    assert (ended.code, ended.out) == (1, "")
    kind, twice, count = ended.err.splitlines()
    assert kind.startswith(f"{file}:3: ")
    assert "did you mean dewar" in kind.lower()
    assert twice.startswith(f"{file}:5: ")
    assert count == f"wanwan: {file}: 2 mistakes"
    shown = wanwan("plant", "show", str(file))
    assert shown.code == 1
    assert all(line.startswith("wanwan: ") for line in shown.err.splitlines())
    assert "dewer" in shown.err


def test_a_file_that_is_none_is_told_so(wanwan: Terminal) -> None:
    missing = wanwan("plant", "check", "/no/such/plant.yaml")
    assert missing.code == 1
    assert "/no/such/plant.yaml" in missing.err
    folder = wanwan("plant", "check", str(wanwan.data))
    assert folder.code == 1
    binary = wanwan.data / "binary.yaml"
    binary.write_bytes(bytes(range(256)))
    assert wanwan("plant", "check", str(binary)).code == 1
    wanwan.set(plant=str(binary))
    assert wanwan("plant", "show").code == 1


def test_every_device_and_station_is_shown(wanwan: Terminal) -> None:
    ended = wanwan("plant", "show")
    assert ended.code == 0
    row = next(line for line in ended.out.splitlines() if "compressor-1 " in line)
    for text in ("圧縮機1", "discharge_pressure_mpa", "start (confirm)", "stop (immediate)", "the bag is almost empty"):
        assert text in row
    assert "room-mic" in ended.out
    assert "Okayama" in ended.out


def test_the_plant_is_one_object_as_json(wanwan: Terminal) -> None:
    plant = wanwan("plant", "show", "--json").json
    devices = {device["id"]: device for device in plant["devices"]}
    assert plant["site"]["id"] == "okayama"
    assert devices["compressor-1"]["actions"] == {"start": "confirm", "stop": "immediate", "set_mode": "confirm"}
    assert len(devices["compressor-1"]["interlocks"]) == 2
    assert {station["id"] for station in plant["stations"]} == {"room-mic", "control-desk", "tablet", "http"}


def test_a_plant_of_ones_own_is_that_of_the_setting(wanwan: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "plant.yaml"
    file.write_text(
        BROKEN.replace("dewer", "dewar").replace(
            "id: valve-1, kind: valve, number: 2", "id: valve-2, kind: valve, number: 2"
        )
        + "stations: []\n"
    )
    wanwan.set(plant=str(file))
    assert {device["id"] for device in wanwan("plant", "show", "--json").json["devices"]} == {
        "dewar-3",
        "valve-1",
        "valve-2",
    }


@pytest.mark.parametrize(
    ("intent", "template", "told"),
    [
        ("OpenVlave", "let {device} go", "en/own.yaml:3:36: there is no intent 'OpenVlave'; is it OpenValve?"),
        ("OpenValve", "let (device} go", "en/own.yaml:3:"),
        ("OpenValve", "let {devise} go", "there is no list {devise}"),
    ],
)
def test_mistakes_in_a_sites_own_sentences_are_told_with_file_line_and_column(
    wanwan: Terminal, intent: str, template: str, told: str
) -> None:
    file = wanwan.data / "plant.yaml"
    file.write_text(DEMO_PLANT_FILE.read_text(encoding="utf-8"), encoding="utf-8")
    own = wanwan.data / "sentences" / "en" / "own.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(f'language: en\nintents:\n  {intent}: {{data: [{{sentences: ["{template}"]}}]}}\n')
    ended = wanwan("plant", "check", str(file))
    assert ended.code == 1
    assert told in ended.err
