"""What each device can be called, so that two devices never answer to one name."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping

from devices.kind_file import LANGUAGES
from devices.plant import Device
from devices.site_yaml import Entry


def spoken_forms(device: Device, language: str) -> Iterator[str]:
    """Yield the names of a device in a language: its own, and each noun of its kind with its number."""
    yield from device.names.get(language, ())
    if device.number is not None:
        joint = " " if language == "en" else ""
        for noun in device.kind.nouns.get(language, ()):
            yield f"{noun}{joint}{device.number}"


def refuse_duplicate_names(entries: Mapping[str, Entry], devices: Mapping[str, Device]) -> None:
    """Note a mistake at each device that shares a name with an earlier one, or cannot be named at all."""
    taken: dict[tuple[str, str], str] = {}
    for device_id, device in devices.items():
        shared = None
        for language in LANGUAGES:
            for form in dict.fromkeys(_folded(name) for name in spoken_forms(device, language)):
                owner = taken.setdefault((language, form), device_id)
                if owner != device_id and shared is None:
                    shared = (owner, language, form)
        if shared is not None:
            owner, language, form = shared
            key = "names" if form in map(_folded, device.names.get(language, ())) else "number"
            entries[device_id].refuse(
                key,
                f"it is called {_unfolded(device, language, form)!r} in {language!r}, and so is {owner} "
                f"in line {entries[owner].line()}",
                "give it another number or name",
            )
    _refuse_nameless(entries, devices)


def _refuse_nameless(entries: Mapping[str, Entry], devices: Mapping[str, Device]) -> None:
    per_kind = Counter(device.kind.name for device in devices.values())
    for device_id, device in devices.items():
        for language in LANGUAGES:
            if device.number is None and per_kind[device.kind.name] > 1 and not device.names.get(language):
                entries[device_id].refuse(
                    None,
                    f"nobody can name it in {language!r}: there are {per_kind[device.kind.name]} of {device.kind.name}",
                    "add number: 1, or names: {en: [word], ja: [言葉]}",
                )


def _unfolded(device: Device, language: str, folded: str) -> str:
    return next(form for form in spoken_forms(device, language) if _folded(form) == folded)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
