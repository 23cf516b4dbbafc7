"""What can be named on a plant, for the understanding of one language."""

from difflib import get_close_matches
from pathlib import Path

from devices.plant import Plant
from intents.intent import IntentName
from intents.lexicon import DeviceEntry, KindEntry, Lexicon
from intents.recognizer import Recognizer
from intents.sentences import load_sentences

_INTENTS = frozenset(map(str, IntentName))


def lexicon_of(plant: Plant, language: str) -> Lexicon:
    """Return the devices and kinds of a plant in the words of a language."""
    quantities: dict[tuple[str, ...], frozenset[str]] = {}

    def shared(names: tuple[str, ...]) -> frozenset[str]:
        return quantities.setdefault(names, frozenset(names))

    return Lexicon(
        devices=tuple(
            DeviceEntry(
                device_id=device.device_id,
                kind=device.kind.name,
                number=device.number,
                names=tuple(device.names.get(language, ())),
                quantities=shared(tuple(m.quantity for m in device.measurements.values())),
                actions=shared(tuple(device.actions)),
            )
            for device in plant.devices.values()
        ),
        kinds=tuple(
            KindEntry(
                name=kind.name,
                nouns=tuple(kind.nouns.get(language, ())),
                plurals=tuple(kind.plurals.get(language, ())),
                bare_numbers=tuple(kind.bare_numbers.get(language, ())),
            )
            for kind in plant.kinds.values()
        ),
    )


def recognizer_for(plant: Plant, language: str, site_sentences: Path | None = None) -> Recognizer:
    """Return what understands a language on a plant.

    `site_sentences`: a folder whose `LANG/*.yaml` a site has added to the product's own sentences.
    Raises `TemplateError` with file, line and column, also for an intent that nothing would answer.
    """
    extra = sorted((site_sentences / language).glob("*.yaml")) if site_sentences else []
    sentences = load_sentences(language, extra)
    for template in sentences.templates:
        if template.intent not in _INTENTS:
            near = get_close_matches(template.intent, _INTENTS, n=1)
            raise template.place.error(
                f"there is no intent {template.intent!r}; {f'is it {near[0]}?' if near else 'use one of them'} "
                f"({', '.join(sorted(_INTENTS))})"
            )
    return Recognizer(sentences, lexicon_of(plant, language))
