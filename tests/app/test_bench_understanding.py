import random

from app.bench.understanding import enlarged, measure, slow_texts
from app.vocabulary import lexicon_of, recognizer_for
from devices.plant import Plant


def test_every_figure_is_measured(demo_plant: Plant) -> None:
    found = measure("en", 500, sentences=20, texts=8)
    assert len(found.sentence_us) == 20
    assert len(found.slow_text_ms) == 8
    assert min(found.sentence_us) > 0
    assert found.compile_s > 0


def test_large_plant_has_distinct_devices(demo_plant: Plant) -> None:
    large = enlarged(lexicon_of(demo_plant, "en"), 1000)
    assert len({device.device_id for device in large.devices}) == 1000


def test_slow_texts_are_as_long_as_they_may_be(demo_plant: Plant) -> None:
    engine = recognizer_for(demo_plant, "ja")
    assert {len(text) for text in slow_texts(engine, random.Random(2), 8)} <= {999, 1000}
