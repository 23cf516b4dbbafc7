"""What a site says that its words sound like."""

from pathlib import Path

import pytest

from devices.plant_file import check_plant, load_plant

PLANT = """\
site:
  id: okayama
  name: {en: Okayama}
  timezone: Asia/Tokyo
  sounds_like:
    %s
devices:
  - {id: valve-1, kind: valve, number: 1}
"""


def plant_file(folder: Path, sounds_like: str) -> Path:
    file = folder / "plant.yaml"
    file.write_text(PLANT % sounds_like, encoding="utf-8")
    return file


def test_words_have_a_spelling_or_several(tmp_path: Path) -> None:
    file = plant_file(tmp_path, "{en: {Dewar: do  Are, lhe: [l h e, liquid]}, ja: {ヂュワ: デュワー}}")
    assert check_plant(file) == []
    assert load_plant(file).site.sounds_like == {
        "en": {"dewar": ("do are",), "lhe": ("l h e", "liquid")},
        "ja": {"ヂュワ": ("デュワー",)},
    }


def test_a_plant_need_not_say_what_its_words_sound_like(demo_plant: object, tmp_path: Path) -> None:
    file = tmp_path / "plant.yaml"
    file.write_text(PLANT.replace("  sounds_like:\n    %s\n", ""), encoding="utf-8")
    assert load_plant(file).site.sounds_like == {}


@pytest.mark.parametrize(
    ("sounds_like", "says", "remedy"),
    [
        ("fr: {dewar: dois}", "the key 'fr' is not known here", "choose one of"),
        ("en: dewar", "en is 'dewar', not a group of keys", "write en: {key: value}"),
        ("en: {dewar: 2}", "dewar is 2, not a list of texts", "write [word"),
        ("en: {dewar: []}", "dewar is a list, not a list of texts", "write [word"),
        ("en: {dewar: dewar}", "'dewar' is said to sound like itself", "dewar: do are"),
        ("en: {dewar: do r2}", "holds '2', which has no sound", "write it in words"),
        ("en: {gas bag: gasp}", "'gas bag' is not one word", "a line of its own"),
    ],
)
def test_what_says_nothing_is_refused_with_its_line(tmp_path: Path, sounds_like: str, says: str, remedy: str) -> None:
    (mistake,) = check_plant(plant_file(tmp_path, sounds_like))
    assert says in mistake.message
    assert remedy in mistake.remedy
    assert mistake.line == 6
