from pathlib import Path

import pytest
from ruamel.yaml import YAML

from devices.errors import NoSuchActionError, NoSuchDeviceError, PlantFileError
from devices.plant import Priority, Risk, Role, StationVoice
from devices.plant_file import DEMO_PLANT_FILE, check_plant, load_plant
from devices.plant_summary import summarize
from tests.devices.small_plant import PLANT, SMALL_PLANT_FILE

CASES = YAML(typ="safe").load(Path(__file__).with_name("plant_mistakes.yaml"))
A_PLANT = """\
site: {id: okayama, name: {en: Okayama}, timezone: Asia/Tokyo}
kinds: kinds.yaml
devices:
  - {id: valve-1, kind: valve, number: 1}
"""


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_each_mistake_is_told_with_its_line_and_a_remedy(case: dict[str, object], tmp_path: Path) -> None:
    plant_file, kinds_file = tmp_path / "plant.yaml", tmp_path / "kinds.yaml"
    plant_file.write_text(str(case.get("plant", A_PLANT)), "utf-8")
    kinds_file.write_text(str(case.get("kinds", "")), "utf-8")
    where = kinds_file if "kinds" in case else plant_file
    found = check_plant(plant_file)
    expected = case["mistakes"]
    assert isinstance(expected, list)
    assert [(m.file, m.line) for m in found] == [(where, e["line"]) for e in expected], [str(m) for m in found]
    for mistake, wanted in zip(found, expected, strict=True):
        assert wanted["says"] in mistake.message
        assert wanted["remedy"] in mistake.remedy
        assert str(mistake).startswith(f"{where}:{wanted['line']}: ")
    with pytest.raises(PlantFileError) as refusal:
        load_plant(plant_file)
    assert list(refusal.value.mistakes) == found


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    (mistake,) = check_plant(tmp_path / "nowhere.yaml")
    assert str(mistake).startswith(f"{tmp_path / 'nowhere.yaml'}: the file cannot be read: No such file")


def test_a_directory_is_no_plant_file(tmp_path: Path) -> None:
    (mistake,) = check_plant(tmp_path)
    assert "cannot be read" in mistake.message


def test_a_file_that_is_not_utf_8_is_told_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / "plant.yaml"
    file.write_bytes("site:\n  id: okayama\n  name: {ja: 岡山}\n".encode("shift_jis"))
    (mistake,) = check_plant(file)
    assert (mistake.line, mistake.remedy) == (3, "save the file as UTF-8")


@pytest.mark.parametrize("content", ["[" * 1000, "a: &a [*a]", "!!python/object:os.system x", "a: !new {b: 1}"])
def test_hostile_yaml_is_a_mistake_and_no_crash(tmp_path: Path, content: str) -> None:
    file = tmp_path / "plant.yaml"
    file.write_text(content, "utf-8")
    assert check_plant(file)


def test_a_file_of_another_editor_begins_with_a_mark(tmp_path: Path) -> None:
    file = tmp_path / "plant.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL_PLANT_FILE.read_bytes())
    assert load_plant(file) == PLANT


def test_the_example_of_the_architecture_loads() -> None:
    assert PLANT.site.name["ja"] == "岡山"
    assert PLANT.device("dewar-3").capacity_l == 100
    assert PLANT.device("bag-1").spoken_name("ja") == "メインバッグ"
    (interlock,) = PLANT.device("compressor-1").interlocks
    assert (interlock.refuse, interlock.device, interlock.measurement, interlock.below) == (
        "start",
        "bag-1",
        "level_pct",
        15,
    )
    assert interlock.because == {"en": "the bag is almost empty", "ja": "バッグがほぼ空です"}
    assert PLANT.device("valve-7").action("open").risk is Risk.CONFIRM
    assert PLANT.device("valve-7").action("close").risk is Risk.LOGGED
    assert PLANT.stations["room-mic"].role is Role.OPERATOR


def test_a_stations_voice_is_read_and_is_the_usual_where_nothing_is_said(tmp_path: Path) -> None:
    file = tmp_path / "plant.yaml"
    station = "\n  - {{id: {}, language: ja, role: operator{}}}"
    voices = {"a": "", "b": ", voice: {rate: 0.5, volume: 0}", "c": ", voice: {volume: 0.4}"}
    plant = A_PLANT.replace("kinds: kinds.yaml\n", "")
    file.write_text(f"{plant}stations:{''.join(station.format(name, voices[name]) for name in voices)}", "utf-8")
    read = {name: known.voice for name, known in load_plant(file).stations.items()}
    assert read == {"a": StationVoice(), "b": StationVoice(rate=0.5, volume=0), "c": StationVoice(volume=0.4)}


def test_the_demo_plant_is_the_one_that_is_promised() -> None:
    plant = load_plant(DEMO_PLANT_FILE)
    expected = [
        *(f"dewar-{n}" for n in range(1, 7)),
        "mother-dewar",
        "bag-1",
        "bag-2",
        "compressor-1",
        "compressor-2",
        *(f"valve-{n}" for n in range(1, 13)),
        "bank-1",
        "bank-2",
        "purifier-1",
        "liquefier-1",
        "liquefier-room",
    ]
    assert list(plant.devices) == expected
    assert {plant.device(f"dewar-{n}").capacity_l for n in range(1, 7)} == {100}
    assert plant.device("mother-dewar").capacity_l == 4000
    assert [d.device_id for d in plant.of_kind("gas_bag")] == ["bag-1", "bag-2"]
    assert {"room-mic", "control-desk", "tablet"} <= set(plant.stations)


def test_every_stop_is_immediate_and_part_of_the_spoken_emergency_stop() -> None:
    plant = load_plant(DEMO_PLANT_FILE)
    stops = [a for d in plant.devices.values() for a in d.actions.values() if a.is_in_stop_all]
    assert {a.name for a in stops} == {"stop"}
    assert {a.risk for a in stops} == {Risk.IMMEDIATE}


def test_a_site_changes_what_its_devices_need(tmp_path: Path) -> None:
    file = tmp_path / "plant.yaml"
    file.write_text(
        """\
site: {id: okayama, name: {en: Okayama}, timezone: Asia/Tokyo, reference_temperature_c: 15}
devices:
  - id: dewar-1
    kind: dewar
    number: 1
    capacity_l: 250
    measurements: {level_pct: {low: 30, stale_after_s: 900}, pressure_kpa: {high: }}
    actions: {measure_level: {confirm: true, role: admin, within_s: 40}}
  - id: compressor-1
    kind: compressor
    number: 1
    interlocks:
      - {refuse: start, when: {device: dewar-1, state: [FILLING, FAULT]}, because: {en: a, ja: b}}
""",
        "utf-8",
    )
    plant = load_plant(file)
    dewar = plant.device("dewar-1")
    assert (dewar.measurements["level_pct"].low, dewar.measurements["level_pct"].stale_after_s) == (30, 900)
    assert dewar.measurements["pressure_kpa"].high is None
    measure = dewar.action("measure_level")
    assert (measure.risk, measure.role, measure.within_s) == (Risk.CONFIRM, Role.ADMIN, 40)
    assert plant.kinds["dewar"].measurements["level_pct"].low == 10
    assert plant.device("compressor-1").interlocks[0].state_is == ("FILLING", "FAULT")
    assert plant.site.reference_temperature_c == 15


def test_a_site_adds_a_kind_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(
        """\
pump:
  nouns: {en: [vacuum pump], ja: [真空ポンプ]}
  bare_numbers: {ja: ["{n}番ポンプ"]}
  states: [RUNNING, READY, FAULT]
  state_stale_after_s: 20
  measurements:
    pressure_pa: {quantity: pressure, unit: Pa, range: [0, 100000], stale_after_s: 10, high: 50, priority: low}
  actions:
    start: {risk: confirm, role: operator, target: {state: RUNNING}, within_s: 5}
""",
        "utf-8",
    )
    file = tmp_path / "plant.yaml"
    file.write_text(
        "site: {id: okayama, name: {en: Okayama}, timezone: Asia/Tokyo}\n"
        "kinds: ours.yaml\ndevices:\n  - {id: pump-1, kind: pump, number: 1}\n",
        "utf-8",
    )
    plant = load_plant(file)
    assert plant.device("pump-1").spoken_name("en") == "vacuum pump 1"
    assert plant.device("pump-1").measurements["pressure_pa"].priority is Priority.LOW
    assert "valve" in plant.kinds


def test_what_a_plant_does_not_have_is_an_error_that_says_what_it_has() -> None:
    with pytest.raises(NoSuchDeviceError, match="valve-99"):
        PLANT.device("valve-99")
    with pytest.raises(NoSuchActionError, match="only: open, close"):
        PLANT.device("valve-7").action("start")


def test_a_plant_can_be_shown_in_a_few_lines() -> None:
    dewar, bag, compressor, valve = summarize(PLANT, "en")
    assert (dewar.said, dewar.capacity, dewar.measurements) == ("dewar 3", "100 L", ("level_pct", "pressure_kpa"))
    assert (bag.said, bag.capacity) == ("main bag", "30 m³")
    assert bag.heard["ja"] == ("メインバッグ", "ガスバッグ1", "バッグ1", "バルーン1")
    assert [(a.name, a.risk, a.role, len(a.interlocks)) for a in compressor.actions] == [
        ("start", Risk.CONFIRM, Role.OPERATOR, 1),
        ("stop", Risk.IMMEDIATE, Role.TECHNICIAN, 0),
        ("set_mode", Risk.CONFIRM, Role.OPERATOR, 0),
    ]
    assert valve.capacity is None
