"""The parent's side of reading documents in child processes: many at once, each job within its limits.

A child serves one document after another, because starting one costs more than most documents do. It is given
up when a document broke it, and after a number of documents. Works alike on Linux, macOS and Windows.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from pipeline.errors import PmqaError
from pipeline.worker import BOOT, pack, receive

#: Bytes that reading one document may take, more than the reader takes itself.
MEMORY = 2 << 30
#: Documents that one child reads before a fresh one takes its place, so that no leak grows large.
_LIFETIME = 200
#: Seconds between two looks at the children's time and memory.
_INTERVAL = 0.25
#: Seconds that a child may take to import the reader.
_START = 300.0
#: Several children at once want no threads of their own, and the same hashes make for the same order of sets.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read, the seconds it may take, and the reader's options."""

    path: str
    seconds: float
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a job: the reading as `worker.dump` gives it, or the failure; the seconds it took."""

    reading: dict[str, Any] | None
    failure: PmqaError | None
    seconds: float


class Pool:
    """Child processes that read documents. Use it as a context manager: none of them outlives it.

    `reader` names the function that reads one, "module:function". It is given the path and the job's options.
    """

    def __init__(self, reader: str, *, size: int, memory: int = MEMORY) -> None:
        self._setup = {"reader": reader, "memory": memory}
        self._size = size
        self._memory = memory
        self._children: list[_Child] = []
        self._events: queue.SimpleQueue[tuple[_Child, Any]] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            child.kill()
        while self._children:
            self._children.pop().reap()

    def answers(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Answer]]:
        """Each job with its answer, in the order they are done.

        Raises PmqaError ("worker") if the reader itself cannot be started.
        """
        waiting = deque(jobs)
        while waiting or any(child.job for child in self._children):
            self._employ(waiting)
            for child, message in self._news():
                job, fresh = child.job, not child.served
                answer = self._take(child, message)
                if job is None or answer is None:
                    continue
                if not fresh and answer.failure and answer.failure.code in ("crash", "memory"):
                    # What earlier documents left behind may be to blame: once more, in another child.
                    waiting.appendleft(job)
                    continue
                self._employ(waiting)  # nobody idles while the caller is busy with the answer
                yield job, answer

    def _employ(self, waiting: deque[Job]) -> None:
        """Give jobs to those who have none, and start as many children as there is work for."""
        for child in self._children:
            if waiting and child.idle:
                child.give(waiting.popleft())
        starting = sum(not child.ready for child in self._children)
        while len(self._children) < self._size and starting < len(waiting):
            self._children.append(_Child(self._setup, self._events))
            starting += 1

    def _news(self) -> Iterator[tuple[_Child, Any]]:
        """What children say: a message, or None for one that died. Ends after a while, to look around."""
        until = time.monotonic() + _INTERVAL
        while (left := until - time.monotonic()) > 0:
            try:
                child, message = self._events.get(timeout=left)
            except queue.Empty:
                break
            if child in self._children:
                yield child, message
        if self._events.empty():  # else the caller was slow, and an answer may lie there in good time
            for child in self._children:
                child.check(self._memory)

    def _take(self, child: _Child, message: Any) -> Answer | None:
        """Note what a child says; its answer to its job, if it is one."""
        job, seconds = child.job, time.monotonic() - child.since
        if message is None:
            self._dismiss(child)
            if job is None:
                raise _unstartable(f"exit status {child.process.returncode}")
            return Answer(None, _death(child, job, self._memory), seconds)
        if "broken" in message:
            raise _unstartable(message["broken"])
        if "ready" in message:
            child.ready = True
            return None
        assert job is not None
        child.job = None
        child.served += 1
        if message.get("spent") or child.verdict or child.served >= _LIFETIME:
            self._dismiss(child)
        if "failure" in message:
            code, what, hint = message["failure"]
            return Answer(None, _failure(code, what, hint, job, self._memory), seconds)
        return Answer(message, None, seconds)

    def _dismiss(self, child: _Child) -> None:
        self._children.remove(child)
        child.kill()
        child.reap()


class _Child:
    """One child process and the job it is at."""

    def __init__(self, setup: dict[str, Any], events: queue.SimpleQueue[tuple[_Child, Any]]) -> None:
        # What a killed child leaves behind, such as pictures of pages, goes with this folder. The child makes it: were
        # we killed between making it and starting the child, nobody would clear it up.
        self._scratch = str(Path(tempfile.gettempdir(), f"pmqa-{secrets.token_hex(8)}"))
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ENVIRONMENT, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._scratch)},
            **_group(),
        )
        self.ready = False
        self.served = 0
        self.job: Job | None = None
        self.since = time.monotonic()
        self.verdict: str | None = None
        self._tell(json.dumps(sys.path).encode("ascii") + b"\n" + pack({**setup, "scratch": self._scratch}))
        # Pipes cannot be waited for on Windows, queues can everywhere.
        self._pump = threading.Thread(target=self._listen, args=(events,), daemon=True)
        self._pump.start()

    @property
    def idle(self) -> bool:
        return self.ready and self.job is None

    def give(self, job: Job) -> None:
        """Set it a job."""
        self.job = job
        self.since = time.monotonic()
        self._tell(pack({"path": job.path, "seconds": job.seconds, "options": job.options}))

    def check(self, memory: int) -> None:
        """Kill it if it is over its time or its memory."""
        seconds = self.job.seconds if self.job else _START if not self.ready else None
        if seconds is not None and time.monotonic() - self.since > seconds:
            self.verdict = self.verdict or "timeout"
            self.kill()
        elif self.job and self._resident() > memory:
            self.verdict = self.verdict or "memory"
            self.kill()

    def kill(self) -> None:
        """Kill it and whatever it started."""
        if self.process.returncode is not None:
            return
        self._clear_up()  # while the child lives, it would do so should we be killed; once it is dead, nobody would
        if sys.platform == "win32":
            for process in _family(self.process.pid):
                with contextlib.suppress(psutil.Error):
                    process.kill()
        else:
            # Not reaped yet, so the number is still the group's.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def reap(self) -> None:
        """Wait for the end of a killed process, close its pipes and clear up after it."""
        self.process.wait()
        self._pump.join()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
        self._clear_up()

    def _clear_up(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _tell(self, data: bytes) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # dead: the pump reports it
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def _listen(self, events: queue.SimpleQueue[tuple[_Child, Any]]) -> None:
        assert self.process.stdout is not None
        try:
            while True:
                events.put((self, receive(self.process.stdout)))
        except (EOFError, OSError, ValueError):
            events.put((self, None))

    def _resident(self) -> int:
        total = 0
        for process in _family(self.process.pid):
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total


def _group() -> dict[str, Any]:
    """Popen's options that keep the terminal's Ctrl-C, and a console window, from a child."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"process_group": 0}


def _family(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _unstartable(why: str) -> PmqaError:
    return PmqaError(
        f"The reader of documents could not be started: {why}.",
        hint="Install pmqa again (`pip install --force-reinstall pmqa`).",
        code="worker",
    )


def _death(child: _Child, job: Job, memory: int) -> PmqaError:
    """Why a child died at its job."""
    status = child.process.returncode
    if child.verdict:
        return _failure(child.verdict, "", "", job, memory)
    if sys.platform != "win32" and status == -signal.SIGKILL:  # not our doing: the system ran out of memory
        return _failure("memory", "", "", job, memory)
    try:
        what = signal.Signals(-status).name
    except ValueError:
        what = f"exit status {status}"
    return _failure("crash", what, "", job, memory)


def _failure(code: str, message: str, hint: str, job: Job, memory: int) -> PmqaError:
    """A child's failure, in words for the user where the child had none."""
    match code:
        case "timeout":
            message = f"Reading it took longer than {job.seconds:.0f} seconds."
            hint = "Split the document, or allow more time with --timeout SECONDS."
        case "memory":
            message = f"Reading it takes more than the {memory >> 20:,} MB of memory allowed."
            hint = "Split the document, or allow more with --memory MB. If it is short, it is damaged."
        case "too-large":
            message = "It holds more text than any assessment document."
            hint = "Split it, or check that it is the right file."
        case "crash":
            message = f"The engine that reads it broke down ({message})."
            hint = "The file is damaged. Open it in the program it was made with and save it again."
        case "internal":
            message = f"A fault of this program kept it from being read ({message})."
            hint = "Please report it, with the file if you may. The other documents are not affected."
    return PmqaError(message, hint=hint, code=code)
