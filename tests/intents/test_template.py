import pytest

from intents.errors import TemplateError
from intents.expression import NOTHING, Alternative, ListRef, Permutation, RuleRef, Sequence, Text
from intents.template import Place, parse_template

HERE = Place(file="a.yaml", line=7, column=11)


def test_every_part_of_the_syntax_is_read() -> None:
    parsed = parse_template("open [the] (valve|tap) {number:n} <end> (a;b) \\[x\\]", HERE)
    assert parsed == Sequence(
        items=(
            Text(text="open "),
            Alternative(items=(Text(text="the"), NOTHING)),
            Text(text=" "),
            Alternative(items=(Text(text="valve"), Text(text="tap"))),
            Text(text=" "),
            ListRef(list_name="number", slot="n"),
            Text(text=" "),
            RuleRef(rule="end"),
            Text(text=" "),
            Permutation(items=(Text(text="a"), Text(text="b"))),
            Text(text=" [x]"),
        )
    )


def test_range_may_be_written_where_it_is_used() -> None:
    assert parse_template("{-10..100,5:level}", HERE) == ListRef(list_name="-10..100,5", slot="level")


@pytest.mark.parametrize(
    ("template", "column", "remedy"),
    [
        ("open (the valve", 16, "never closed"),
        ("open [the valve", 16, "never closed"),
        ("open the] valve", 19, "closes nothing"),
        ("open {device", 16, "never closed"),
        ("open {the device}", 16, "no list name"),
        ("open {0..5}", 16, "names no slot"),
        ("open <my rule>", 16, "no rule name"),
        ("(a|b;c)", 15, "mixed"),
        ("open valve\\", 21, "backslash"),
        ("   ", 11, "empty"),
        ("(a;b;c;d;e;f;g)", 26, "too many"),
    ],
)
def test_mistake_is_reported_with_file_line_column_and_remedy(template: str, column: int, remedy: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse_template(template, HERE)
    assert str(caught.value).startswith(f"a.yaml:7:{column}: ")
    assert remedy in str(caught.value)
