"""Every labelled sentence goes through the whole turn: each gets an answer, none that must not act sends anything."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.app.site import commanded, running_site, say
from tests.mosquitto import Mosquitto

SENTENCES = Path(__file__).parent.parent / "sentences"


def labelled(language: str) -> list[dict[str, str]]:
    yaml = YAML(typ="safe")
    files = [SENTENCES / f"{kind}{language}.yaml" for kind in ("", "more_", "others_")]
    return [entry for file in files for entry in yaml.load(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_sentences_that_must_not_act_send_nothing_and_every_question_is_answered(
    tmp_path: Path, mosquitto: Mosquitto, language: str
) -> None:
    quiet = [
        entry["say"]
        for entry in labelled(language)
        if entry.get("effect") == "none" or str(entry.get("intent")).startswith(("Get", "List", "Convert", "Help"))
    ]
    assert len(quiet) > 100
    async with running_site(tmp_path, mosquitto) as service:
        failed = []
        for text in quiet:
            reply = await say(service, text, language=language)
            if reply.reason == "internal_error" or not reply.speech:
                failed.append((text, reply.speech))
        assert failed == []
        assert await commanded(service) == []
