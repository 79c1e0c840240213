"""Errors a user can act on: what happened, and what to do about it."""

from __future__ import annotations


class PmqaError(Exception):
    """A failure with a message a person understands and a hint that says what to do.

    ``code`` is a short stable word ("encrypted", "no-text", ...) that scripts and the store can rely on.
    """

    def __init__(self, message: str, *, hint: str = "", code: str = "error") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[object, ...]:  # so that it crosses a process boundary whole
        return (_rebuild, (self.message, self.hint, self.code))


def _rebuild(message: str, hint: str, code: str) -> PmqaError:
    return PmqaError(message, hint=hint, code=code)
