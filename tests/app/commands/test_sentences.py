"""A site's own examples, tested against what is understood."""

from pathlib import Path

from tests.app.commands.terminal import Terminal

QUICK_PLANT = str(Path(__file__).parents[1] / "quick_plant.yaml")

RIGHT = """\
- {say: start compressor one, intent: StartCompressor, device: compressor-1}
- {say: do not start compressor one, effect: none}
- {say: the quick brown fox, intent: null}
"""


def test_examples_are_counted_by_intent_and_a_wrong_one_is_told(wanwan: Terminal) -> None:
    wanwan.set(plant=QUICK_PLANT)
    right, wrong = wanwan.data / "right.yaml", wanwan.data / "wrong.yaml"
    right.write_text(RIGHT)
    wrong.write_text("- {say: start compressor one, effect: none}\n")
    ended = wanwan("sentences", "test", str(right))
    assert (ended.code, ended.err) == (0, "")
    counts = [[cell.strip() for cell in row.split("│")[1:-1]] for row in ended.out.splitlines()[3:-1]]
    assert counts[-1] == ["all", "3", "3", "100.0%"]
    assert ["StartCompressor", "1", "1", "100.0%"] in counts
    both = wanwan("sentences", "test", str(right), str(wrong))
    assert both.code == 1
    told, summary = both.err.splitlines()
    assert told == (
        "wrong.yaml: 'start compressor one' should be must not act, "
        "came out as recognized StartCompressor {'device': 'compressor-1'}"
    )
    assert summary == "wanwan: 1 of 4 came out otherwise; 1 would have acted wrongly"


def test_a_file_that_holds_no_examples_is_told(wanwan: Terminal) -> None:
    file = wanwan.data / "none.yaml"
    for content, expected in (("say: help", "should be a list"), ("- {say: help}", "entry 1: needs say, and intent")):
        file.write_text(content)
        assert expected in wanwan.failing("sentences", "test", str(file))
    assert "/no/such.yaml" in wanwan.failing("sentences", "test", "/no/such.yaml")
