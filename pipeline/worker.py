"""The child process that reads documents, so that no document can take the run down.

It takes one job after another from its parent over a pipe and answers each with JSON: a document that turned
the reader against us must not be able to run code in the parent. It ends itself, and whatever it started,
when its parent is gone, and leaves no temporary file.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import queue
import shutil
import signal
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from pipeline.errors import PmqaError
from pipeline.records import RECORD_TYPES, Record

if TYPE_CHECKING:
    from pipeline.read import Reading

#: What a child is started with. The first line it reads is its parent's import path.
BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "from pipeline.worker import serve; serve(sys.stdin.buffer)"
)
_LENGTH = struct.Struct("!I")
#: A reading larger than this, in bytes of JSON, is refused.
MAX_MESSAGE = 1 << 28
#: Seconds that the parent has to end a child that is over its time, before the child does it itself.
_GRACE = 5.0


def pack(message: Any) -> bytes:
    """A message as it goes over a pipe: its length in four bytes, then JSON."""
    data = json.dumps(message).encode("ascii")
    return _LENGTH.pack(len(data)) + data


def receive(stream: IO[bytes]) -> Any:
    """Read one message. Raises EOFError if the other side is gone, ValueError if the message is too large."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    if length > MAX_MESSAGE:
        raise ValueError("message too large")
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    # JSON has no word for "not a number", and the dataset contract says null.
    return json.loads(data, parse_constant=lambda _: None)


def dump(reading: Reading) -> dict[str, Any]:
    """A reading as JSON can carry it."""
    document = {f.name: getattr(reading, f.name) for f in fields(reading) if f.name != "records"}
    records = [
        [record.dataset, {f.name: getattr(record, f.name) for f in fields(record)}] for record in reading.records
    ]
    return {"document": document, "records": records}


def load_records(records: list[list[Any]]) -> list[Record]:
    """The records of a reading that came as JSON."""
    return [RECORD_TYPES[dataset](**values) for dataset, values in records]


def serve(inbox: BinaryIO) -> None:
    """Answer jobs until the parent closes the pipe. Never returns."""
    # What a library prints must not get between the messages.
    outbox = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    try:
        setup = receive(inbox)
        Path(setup["scratch"]).mkdir(0o700)
        threading.Thread(target=_listen, args=(inbox, jobs, setup["scratch"]), daemon=True).start()
        module, _, name = setup["reader"].partition(":")
        reader = getattr(importlib.import_module(module), name)
    except BaseException as error:  # a broken installation: say so instead of dying silently
        _send(outbox, pack({"broken": f"{type(error).__name__}: {error}"}))
        os._exit(1)
    _limit_memory(setup["memory"])
    try:
        _send(outbox, pack({"ready": True}))
        while True:
            job = jobs.get()
            # Should the parent be gone and the listening thread kept from running, this ends the process still.
            faulthandler.dump_traceback_later(job["seconds"] + _GRACE, exit=True, file=sys.stderr)
            _send(outbox, _answer(reader, job))
            faulthandler.cancel_dump_traceback_later()
    except OSError:  # the pipe is broken: the parent is gone
        _end(setup["scratch"])


def _send(stream: BinaryIO, data: bytes) -> None:
    stream.write(data)
    stream.flush()


def _answer(reader: Callable[..., Reading], job: dict[str, Any]) -> bytes:
    """The reading that a job asks for, or why there is none; "spent": this process had better not go on."""
    try:
        answer = pack(dump(reader(job["path"], **job["options"])))
        return answer if len(answer) <= MAX_MESSAGE else pack({"failure": ["too-large", "", ""], "spent": True})
    except PmqaError as error:
        return pack({"failure": [error.code, error.message, error.hint]})
    except MemoryError:
        return pack({"failure": ["memory", "", ""], "spent": True})
    except BaseException as error:  # whatever a parser may raise: it is this document's failure alone
        what = f"{type(error).__name__}: {error}"[:300]
        return pack({"failure": ["internal", what, ""], "spent": True})


def _listen(inbox: BinaryIO, jobs: queue.SimpleQueue[dict[str, Any]], scratch: str) -> None:
    try:
        while True:
            jobs.put(receive(inbox))
    except (EOFError, OSError, ValueError):
        _end(scratch)


def _end(scratch: str) -> None:
    """End this process and those it started, and clear up after them: the parent cannot any more."""
    import psutil

    for process in psutil.Process().children(recursive=True):
        process.kill()
    shutil.rmtree(scratch, ignore_errors=True)
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():  # what we started is of our group
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(0)


def _limit_memory(room: int) -> None:
    """Let this process, and each that it starts, take so many bytes more than it has now.

    Only Linux enforces it; elsewhere, and for several processes together, the parent watches (`pool`).
    """
    if not sys.platform.startswith("linux"):
        return
    import resource

    import psutil

    limit = psutil.Process().memory_info().vms + room
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
