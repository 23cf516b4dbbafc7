from pathlib import Path

from app.vocabulary import lexicon_of, recognizer_for
from devices.plant import Plant
from intents.intent import Recognized


def test_lexicon_holds_every_device_with_its_words(demo_plant: Plant) -> None:
    english = lexicon_of(demo_plant, "en")
    assert {device.device_id for device in english.devices} == set(demo_plant.devices)
    compressor = next(device for device in english.devices if device.device_id == "compressor-1")
    assert compressor.quantities >= {"pressure", "run_hours"}
    assert compressor.actions == {"start", "stop", "set_mode"}
    kinds = {kind.name: kind for kind in english.kinds}
    assert kinds["dewar"].nouns[0] == "dewar"
    assert {kind.name: kind for kind in lexicon_of(demo_plant, "ja").kinds}["compressor"].bare_numbers


def test_site_sentences_stand_beside_the_products_own(demo_plant: Plant, tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "ours.yaml").write_text(
        "language: en\nintents: {StopAll: {data: [{sentences: [abracadabra]}]}}\n", encoding="utf-8"
    )
    engine = recognizer_for(demo_plant, "en", tmp_path)
    assert isinstance(found := engine.recognize("Abracadabra!"), Recognized)
    assert found.intent.name == "StopAll"
    assert isinstance(engine.recognize("open valve seven"), Recognized)
