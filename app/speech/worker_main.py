"""A synthesizer's worker process: reads sentences from a socket, answers with audio.

Started by `worker.py` as `python -m app.speech.worker_main ENGINE_MODULE FILE_DESCRIPTOR`. It ends when the service's
end of the socket is closed, however the service died, even while a synthesis is running or hangs.
"""

import importlib
import json
import os
import queue
import signal
import socket
import sys
import threading

from app.speech.errors import SpeechError
from app.speech.frames import DONE, FAILED, HEADER, PART, READY, REFUSED, Engine, SpeechRequest, frame


def main() -> None:
    """Serve one engine until the socket closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the service's business: it closes the socket
    engine_module, descriptor = sys.argv[1], int(sys.argv[2])
    connection = socket.socket(fileno=descriptor)
    requests: queue.SimpleQueue[SpeechRequest] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(connection, requests), name="requests", daemon=True).start()
    try:
        engine: Engine = importlib.import_module(engine_module).open_engine()
    except Exception as exc:  # noqa: BLE001 - whatever a library raises while loading is reported to the service
        connection.sendall(frame(FAILED, f"{type(exc).__name__}: {exc}".encode()))
        return
    connection.sendall(frame(READY))
    while True:
        _answer(engine, requests.get(), connection)


def _answer(engine: Engine, request: SpeechRequest, connection: socket.socket) -> None:
    """Speak one sentence into the socket."""
    try:
        for part in engine.speak(request):
            connection.sendall(frame(PART, part))
        connection.sendall(frame(DONE))
    except SpeechError as exc:
        connection.sendall(frame(REFUSED, json.dumps({"code": exc.code, "message": str(exc)}).encode()))
    except Exception as exc:  # noqa: BLE001 - the service kills and restarts this process
        connection.sendall(frame(FAILED, f"{type(exc).__name__}: {exc}".encode()))


def _read_requests(connection: socket.socket, requests: "queue.SimpleQueue[SpeechRequest]") -> None:
    """Read until the service is gone, then end the process at once: a hanging library must not outlive it."""
    stream = connection.makefile("rb")
    while len(header := stream.read(HEADER.size)) == HEADER.size:
        _, length = HEADER.unpack(header)
        requests.put(SpeechRequest.from_json(stream.read(length)))
    os._exit(0)


if __name__ == "__main__":
    main()
