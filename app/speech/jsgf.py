"""The grammar as JSGF text, for other recognisers and for people who want to read it (`wanwan export grammar`)."""

from collections.abc import Iterator

from app.speech.grammar import Grammar


def to_jsgf(grammar: Grammar, *, name: str, language: str) -> str:
    """Write a JSGF 1.0 grammar with exactly these sentences, but those with free text.

    Its public rule is `<sentence>`. One rule for each state of the graph: a plant's has some MB.
    """
    return "".join(f"{line}\n" for line in _lines(grammar.closed(), name, language))


def _lines(grammar: Grammar, name: str, language: str) -> Iterator[str]:
    yield f"#JSGF V1.0 UTF-8 {language};"
    yield f"grammar {name};"
    yield f"public <sentence> = {'<VOID>' if grammar.is_empty else f'<s{grammar.start}>'};"
    ways: dict[int, dict[int, list[str]]] = {final: {} for final in grammar.finals}
    for source, target, word in grammar.arcs:
        # Words that lead to the same state stand together: `(one | two | three) <s7>`.
        ways.setdefault(source, {}).setdefault(target, []).append(word or "")
    for state in sorted(ways):
        choices = [choice for target, words in ways[state].items() for choice in _choices(words, target)]
        if state in grammar.finals:
            choices.append("<NULL>")
        yield f"<s{state}> = {' | '.join(choices)};"


def _choices(words: list[str], target: int) -> Iterator[str]:
    spoken = [word for word in words if word]
    if spoken:
        either = " | ".join(spoken)
        yield f"({either}) <s{target}>" if len(spoken) > 1 else f"{either} <s{target}>"
    if len(spoken) < len(words):
        yield f"<s{target}>"
