"""Names of state agencies: what a name that lost its marks read before.

The names are data, one a line, in `corpora/agencies.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pipeline.resources import resource
from pipeline.thai import MARKS, NIKHAHIT, SARA_AA, SARA_AM, squeeze

_MARK = re.compile(f"[{MARKS}]")


def restore_name(name: str) -> str:
    """A name with the marks that it lost, if it is a known agency's in all else; otherwise as it is.

    Marks come back, none is taken away, so a name spelt in its own way stays.

    >>> restore_name("กรมทรัพยากรนำ"), restore_name("กรมป่าไม้"), restore_name("กรมอื่นใด")
    ('กรมทรัพยากรน้ำ', 'กรมป่าไม้', 'กรมอื่นใด')
    """
    known = _names().get(_skeleton(name))
    return known if known and _has_lost(squeeze(name), squeeze(known)) else name


@cache
def _names() -> Mapping[str, str]:
    """Names by their skeleton; none where two agencies share it."""
    names: dict[str, str | None] = {}
    for line in resource("corpora/agencies.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            key = _skeleton(line)
            names[key] = None if key in names else line
    return {key: name for key, name in names.items() if name}


def _skeleton(name: str) -> str:
    """A name without marks and white space; SARA AM, which may lose its circle, as SARA AA."""
    return _MARK.sub("", squeeze(name).replace(SARA_AM, NIKHAHIT + SARA_AA))


def _has_lost(name: str, known: str) -> bool:
    """Whether `name` is `known` without some of its marks."""
    letters = iter(known.replace(SARA_AM, NIKHAHIT + SARA_AA))
    return name != known and all(letter in letters for letter in name.replace(SARA_AM, NIKHAHIT + SARA_AA))
