"""The grammar as JSGF text, for other recognisers and for people who want to read it (`wanwan export grammar`)."""

from app.speech.grammar import Grammar


def to_jsgf(grammar: Grammar, *, name: str, language: str) -> str:
    """Write the exact grammar as JSGF 1.0, one rule for each state, the public rule being `<sentence>`."""
    lines = [f"#JSGF V1.0 UTF-8 {language};", f"grammar {name};"]
    lines.append("public <sentence> = <s0>;" if not grammar.is_empty else "public <sentence> = <VOID>;")
    for state, ways in enumerate(grammar.arcs):
        # Words that lead to the same state stand together: `(one | two | three) <s7>`.
        together: dict[int, list[str]] = {}
        for word, target in ways.items():
            together.setdefault(target, []).append(word)
        choices = [f"{_either(words)} <s{target}>" for target, words in together.items()]
        if state in grammar.finals:
            choices.append("<NULL>")
        if choices:
            lines.append(f"<s{state}> = {' | '.join(choices)};")
    return "\n".join(lines) + "\n"


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"({' | '.join(words)})"
