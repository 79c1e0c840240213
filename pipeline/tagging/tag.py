"""Tags of passages: what a model says of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Tag:
    """What is said of a passage.

    `category` is 0–7 (0 = none) with the probability of each in `category_probs`; `criterion` is null outside of
    a category, `criterion_probs` names the likeliest ones; `role` is "strength", "ofi" or null; `verdict` is
    "pass", "fail" or null. `abstained`: too unsure to be relied on, a person should look.
    """

    category: int
    category_probs: dict[str, float]
    criterion: str | None
    criterion_probs: dict[str, float]
    role: str | None
    verdict: str | None
    abstained: bool


class Tagger:
    """A loaded model."""

    @classmethod
    def load(cls, folder: str | Path) -> Tagger:
        """The model in a folder."""
        raise NotImplementedError

    @classmethod
    def shipped(cls) -> Tagger | None:
        """The shipped model, None where there is none."""
        return None

    def tag(self, texts: Sequence[str]) -> list[Tag]:
        """A tag for each text."""
        raise NotImplementedError
