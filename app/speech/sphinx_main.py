"""PocketSphinx's process: takes grammars and utterances from a socket, answers with what was heard.

Started by sphinx_process.py as `python -m app.speech.sphinx_main FILE_DESCRIPTOR`. It ends when the other end is
closed, however the service died.
"""

import sys
from multiprocessing.connection import Connection

from app.speech.errors import SpeechError
from app.speech.sphinx import SphinxDecoder
from app.speech.sphinx_process import Answer, Decode, Line, Request, SetGrammar


def main() -> None:
    """Serve until the line is closed."""
    line: Line = Connection(int(sys.argv[1]))
    decoder = SphinxDecoder()
    try:
        while True:
            line.send(_answer(decoder, line.recv()))
    except (EOFError, OSError):
        return


def _answer(decoder: SphinxDecoder, request: Request) -> Answer:
    try:
        match request:
            case SetGrammar():
                return decoder.set_grammar(request.name, request.grammar)
            case Decode():
                return decoder.decode(request.pcm, request.grammar)
    except SpeechError as exc:
        return exc


if __name__ == "__main__":
    main()
