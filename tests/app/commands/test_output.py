"""What commands print can be read, and garbles no terminal."""

import pytest

from app.commands.output import print_table, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("圧縮機1を起動して — ok", "圧縮機1を起動して — ok"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\nb\tc\x7f", r"a\nb\tc\x7f"),
        ("\u202eevil", r"\u202eevil"),
        ("\ud800", r"\ud800"),
        ("\u2028", r"\u2028"),
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_table_shows_markup_as_it_is_and_one_row_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["said"], [["[/b]"], ["[red]x"], ["word " * 100], ["\x1b[2J"]])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert "[/b]" in lines[3]
    assert "[red]x" in lines[4]
    assert r"\x1b[2J" in lines[6]
