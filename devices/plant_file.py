"""The plant file of a site as a `Plant`, and everything that is wrong with it."""

from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from devices.address_entry import read_address
from devices.device_file import ID_REMEDY, read_devices, read_id
from devices.errors import PlantFileError
from devices.kind_file import LANGUAGES, read_kinds
from devices.mistake import Mistake, nearest
from devices.plant import Kind, ListeningMode, Plant, Role, Site, Station
from devices.site_yaml import Entry, read_yaml
from devices.sounds_like_entry import read_sounds_like
from devices.topics import is_valid_id
from devices.voice_entry import read_voice

KINDS_FILE: Final = Path(__file__).parent / "kinds.yaml"
"""The kinds that every plant has; a plant file may add its own with `kinds: FILE`."""
DEMO_PLANT_FILE: Final = Path(__file__).parent / "plants" / "demo.yaml"
_SITE_EXAMPLE: Final = "{id: okayama, name: {en: Okayama, ja: 岡山}, timezone: Asia/Tokyo}"


def load_plant(path: Path) -> Plant:
    """Return the plant that the file describes; raises `PlantFileError` with every mistake in it."""
    plant, mistakes = _read_plant(path)
    if plant is None or mistakes:
        raise PlantFileError(mistakes)
    return plant


def check_plant(path: Path) -> list[Mistake]:
    """Return every mistake in the file and in the kinds file that it names, in the order of their lines."""
    return _read_plant(path)[1]


def _read_plant(path: Path) -> tuple[Plant | None, list[Mistake]]:
    mistakes: list[Mistake] = []
    file = read_yaml(path, mistakes)
    if file is None:
        return None, mistakes
    file.only("site", "devices", "stations", "kinds")
    file.require("site", _SITE_EXAMPLE)
    file.require("devices", "a list, each like - {id: valve-1, kind: valve, number: 1}")
    kinds = _read_all_kinds(file, path, mistakes)
    site = _read_site(file)
    devices = read_devices(file, kinds)
    if "devices" in file and not devices and not mistakes:
        file.refuse("devices", "there is no device", "add one: - {id: valve-1, kind: valve, number: 1}")
    stations = _read_stations(file)
    mistakes.sort(key=lambda m: (m.file != path, m.line))
    if site is None:
        return None, mistakes
    return Plant(site=site, kinds=kinds, devices=devices, stations=stations), mistakes


def _read_all_kinds(plant: Entry, path: Path, mistakes: list[Mistake]) -> dict[str, Kind]:
    own = read_yaml(KINDS_FILE, mistakes)
    kinds = read_kinds(own) if own is not None else {}
    name = plant.text("kinds")
    if name is not None:
        of_site = read_yaml(path.parent / name, mistakes)
        kinds |= read_kinds(of_site) if of_site is not None else {}
    return kinds


def _read_site(file: Entry) -> Site | None:
    entry = file.entry("site", "site")
    if entry is None:
        return None
    entry.only("id", "name", "timezone", "reference_temperature_c", "address", "sounds_like")
    for key, example in (("id", "okayama"), ("name", "{en: Okayama, ja: 岡山}"), ("timezone", "Asia/Tokyo")):
        entry.require(key, example)
    site_id, timezone = entry.text("id"), entry.text("timezone")
    if site_id is not None and not is_valid_id(site_id):
        entry.refuse("id", f"{site_id!r} cannot be an id", ID_REMEDY)
    names = entry.words("name", LANGUAGES)
    if timezone is not None:
        _check_timezone(entry, timezone)
    temperature_c = entry.number("reference_temperature_c", minimum=-50, maximum=100)
    address, sounds_like = read_address(entry), read_sounds_like(entry)
    if site_id is None or timezone is None:
        return None
    return Site(
        site_id=site_id,
        name={language: texts[0] for language, texts in names.items() if texts},
        timezone=timezone,
        reference_temperature_c=0.0 if temperature_c is None else temperature_c,
        address=address,
        sounds_like=sounds_like,
    )


def _check_timezone(entry: Entry, timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = nearest(timezone, sorted(available_timezones()))
        remedy = remedy if remedy.startswith("did") else "write it like Asia/Tokyo (IANA)"
        entry.refuse("timezone", f"timezone {timezone!r} is not known", remedy)


def _read_stations(file: Entry) -> dict[str, Station]:
    seen: dict[str, Entry] = {}
    stations = {}
    for entry in file.entries("stations"):
        station_id = read_id(entry, "station", seen)
        entry.only("id", "room", "language", "role", "listening", "voice")
        entry.require("language", "en")
        entry.require("role", "operator")
        room, language = entry.text("room"), entry.choice("language", LANGUAGES)
        role = entry.choice("role", list(Role))
        listening = entry.choice("listening", list(ListeningMode)) if "listening" in entry else None
        voice = read_voice(entry)
        if station_id is not None and language is not None and role is not None:
            stations[station_id] = Station(
                station_id=station_id,
                room=room,
                language=language,
                role=Role(role),
                listening=ListeningMode(listening or ListeningMode.PUSH_TO_TALK),
                voice=voice,
            )
    return stations
