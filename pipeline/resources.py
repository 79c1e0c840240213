"""Where the data that ships with the package lies: in a checkout beside it, in a wheel inside it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Path of a shipped file or folder, such as ``"corpora/frameworks"`` or ``"models/repair"``.

    Raises FileNotFoundError if neither the installed package nor the checkout has it.
    """
    for root in (_PACKAGE / "_resources", _PACKAGE.parent):
        path = root / name
        if path.exists():
            return path
    raise FileNotFoundError(f"{name} is missing from this installation of pmqa; install it again")
