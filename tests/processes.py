"""Waiting for processes, for tests that kill some."""

import time
from collections.abc import Callable, Iterable

import psutil


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)


def wait_until_gone(processes: Iterable[psutil.Process]) -> None:
    wait_for(lambda: not any(_lives(process) for process in processes))


def _lives(process: psutil.Process) -> bool:
    try:  # one that is dead stays a zombie until the system has taken note
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
