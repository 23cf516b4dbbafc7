"""The address is found at the beginning of what was heard, and nowhere else."""

from pathlib import Path

import pytest

from app.listen.address import Address, addresses
from devices.plant import Plant
from devices.plant_file import load_plant

EN = Address(phrases=("hey helium", "hello plant"))
JA = Address(phrases=("ねえ ヘリウム",))


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("hey helium", ""),
        ("Hey, Helium!", ""),
        ("hey helium open valve three", "open valve three"),
        ("hey helium, open valve three", "open valve three"),
        ("hey  helium: 12", "12"),
        ("hello plant stop everything", "stop everything"),
        ("open valve three", None),
        ("hey", None),
        ("hey heliums open valve three", None),
        ("hey heliumopen", None),
        ("they helium", None),
        ("please hey helium open valve three", None),
        ("", None),
    ],
)
def test_english(text: str, behind: str | None) -> None:
    assert EN.behind(text) == behind


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("ねえ ヘリウム バルブ 七 を 開け て", "バルブ 七 を 開け て"),
        ("ねえヘリウム、バルブ7を開けて", "バルブ7を開けて"),
        ("ね え ヘ リウム", ""),
        ("ねえ、ﾍﾘｳﾑ。", ""),
        ("ヘリウム の 液面 は", None),
        ("バルブ 七 ねえ ヘリウム", None),
    ],
)
def test_japanese(text: str, behind: str | None) -> None:
    assert JA.behind(text) == behind


SITE = """\
site: {id: okayama, name: {en: Okayama}, timezone: Asia/Tokyo, address: {en: [good morning plant, hello plant]}}
devices:
  - {id: valve-7, kind: valve, number: 7}
"""


def test_a_site_chooses_its_own_by_language(demo_plant: Plant, tmp_path: Path) -> None:
    shipped = addresses(demo_plant, ("en", "ja"))
    assert {language: address.phrases for language, address in shipped.items()} == {
        "en": ("hey helium",),
        "ja": ("ねえ ヘリウム",),
    }
    (tmp_path / "plant.yaml").write_text(SITE, encoding="utf-8")
    own = addresses(load_plant(tmp_path / "plant.yaml"), ("en", "ja"))
    assert own["en"].words == (("good", "morning", "plant"), ("hello", "plant"))
    assert own["ja"] == shipped["ja"]
