"""Words that mean the same in this domain, as data: `corpora/search/synonyms.toml`.

A user's own file, named by ``PMQA_SYNONYMS``, is read besides the shipped one.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline import framework
from pipeline.errors import PmqaError
from pipeline.resources import resource
from pipeline.search.folding import fold

VARIABLE = "PMQA_SYNONYMS"
#: How much a word counts that means the same, and one that is merely close.
SAME, NEAR = 0.9, 0.5


@dataclass(frozen=True, slots=True)
class Group:
    """Words of one meaning: any of `same` stands for any other; `near` are looked for too, and count less."""

    same: tuple[str, ...]
    near: tuple[str, ...] = ()


@cache
def groups() -> tuple[Group, ...]:
    """All groups, their words folded. Raises PmqaError (code "synonyms") if a file breaks the form."""
    files = [resource("corpora/search/synonyms.toml")]
    if own := os.environ.get(VARIABLE):
        files.append(Path(own))
    return tuple(group for file in files for group in _read(file))


def _read(file: Path) -> list[Group]:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        return [Group(_folded(row["same"]), _folded(row.get("near", ()))) for row in data["groups"]]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise PmqaError(
            f"The list of synonyms {file} cannot be used: {error!r}.",
            hint='It holds tables [[groups]] with same = ["...", "..."]; corpora/search/README.md shows the form.',
            code="synonyms",
        ) from error


def _folded(terms: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(term).strip() for term in terms))


@cache
def terms() -> frozenset[str]:
    """Every word of the groups, and the key terms of every framework that ships, folded."""
    listed = {term for group in groups() for term in (*group.same, *group.near)}
    for name in framework.available():
        for criterion in framework.load(name).criteria:
            listed.update(map(fold, criterion.key_terms))
    return frozenset(listed)


@cache
def meanings() -> dict[str, dict[str, float]]:
    """For each listed word, without its spaces: the words looked for besides it, and how much they count."""
    found: dict[str, dict[str, float]] = {}
    for group in groups():
        for term in group.same:
            others = found.setdefault(term.replace(" ", ""), {})
            for other in group.same:
                if other != term:
                    others[other] = max(SAME, others.get(other, 0.0))
            for other in group.near:
                others[other] = max(NEAR, others.get(other, 0.0))
    return found
