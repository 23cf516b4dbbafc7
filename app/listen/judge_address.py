"""A second opinion on an address that was read in an utterance: by its sound."""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from app.listen.address import Address
from app.speech.address import AddressSpotter
from app.speech.address_by_sound import SoundSpotter
from app.speech.engine import PRACTICE, Engine
from app.speech.errors import SpeechError
from app.speech.transcribe import Transcript
from devices.plant import ListeningMode, Plant

logger = logging.getLogger(__name__)

_WORKERS = 2
_BY_SOUND = "en"
"""The language whose sounds are known (sound_model.py)."""


class AddressJudge:
    """Judges addresses away from the event loop (implements `AddressBySound`)."""

    def __init__(
        self, spotters: Mapping[str, AddressSpotter], addresses: Mapping[str, Address], *, timeout_s: float = 5.0
    ) -> None:
        """`spotters`: by language; where there is none, what was read counts."""
        self._spotters = dict(spotters)
        self._addresses = dict(addresses)
        self._timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="address")

    async def is_addressed(self, pcm: bytes, language: str, transcript: Transcript) -> bool:
        """Judge an utterance whose best text begins with the address. What cannot be judged is not addressed.

        Where the address was read alone, nothing else may have been said.
        """
        spotter = self._spotters.get(language)
        if spotter is None:
            return True
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout_s):
                heard = await loop.run_in_executor(self._threads, spotter.listen, pcm)
        except (SpeechError, TimeoutError) as exc:
            logger.warning("the sound of an address was not judged: %s", exc or "it took too long")
            return False
        address = self._addresses.get(language)
        is_read_alone = address is not None and bool(transcript.texts) and not address.behind(transcript.texts[0])
        return heard is not None and (heard.is_alone or not is_read_alone)

    async def close(self) -> None:
        """Wait for utterances being judged; idempotent."""
        await asyncio.to_thread(self._threads.shutdown)


def open_address_judge(plant: Plant, addresses: Mapping[str, Address], recognizer: str) -> AddressJudge | None:
    """Load what judges the English address; blocks 0.5 s. `None` where no station needs it, or it cannot be judged.

    `recognizer`: what hears English. The practice model is for synthesized voices, which do not sound as people do.
    """
    is_needed = any(station.listening is ListeningMode.HANDS_FREE for station in plant.stations.values())
    address = addresses.get(_BY_SOUND)
    if address is None or not is_needed or recognizer in (PRACTICE, Engine.NONE):
        return None
    try:
        spotter = SoundSpotter(address.phrases, sounds_like=plant.site.sounds_like.get(_BY_SOUND))
    except SpeechError as exc:
        logger.warning("addresses are judged by what is read of them, not by their sound: %s", exc)
        return None
    return AddressJudge({_BY_SOUND: spotter}, addresses)
