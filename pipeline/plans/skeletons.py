"""Authored skeletons of activities: what is usually done about a gap in a criterion, in PDCA order."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline import framework
from pipeline.errors import PmqaError
from pipeline.plans.model import PHASES, Phase
from pipeline.resources import resource

#: The file that ships.
SHIPPED = "corpora/plans/skeletons.toml"


@dataclass(frozen=True, slots=True)
class SkeletonStep:
    """One usual step and what it yields."""

    phase: Phase
    text: str
    output: str


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The usual steps about one criterion (None: about a category as a whole), with an objective and a measure."""

    criterion: str | None
    objective: str
    kpi: str
    unit: str
    steps: tuple[SkeletonStep, ...]

    def of(self, phase: Phase) -> tuple[SkeletonStep, ...]:
        """The steps of one phase."""
        return tuple(step for step in self.steps if step.phase == phase)


@dataclass(frozen=True, slots=True)
class Skeletons:
    """All skeletons of a file, with the months of each phase and a plan's name for each category."""

    framework: str
    months: Mapping[Phase, tuple[int, int]]
    plan_names: Mapping[int, str]
    general: Skeleton
    by_criterion: Mapping[str, Skeleton]

    def get(self, criterion: str | None) -> Skeleton:
        """The skeleton of a criterion; the general one where there is none."""
        return self.by_criterion.get(criterion or "", self.general)


def load(path: Path | None = None) -> Skeletons:
    """The skeletons of a file, by default of the one that ships.

    Raises PmqaError ("skeletons") if the file cannot be read or is not of the right form.

    >>> shipped = load()
    >>> all(criterion.number in shipped.by_criterion for criterion in framework.load(shipped.framework).criteria)
    True
    """
    return _load((path or resource(SHIPPED)).resolve())


@cache
def _load(path: Path) -> Skeletons:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return _skeletons(data)
    except OSError as error:
        raise _wrong(path, "cannot be read") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(path, f"is not valid TOML: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(path, f"is not of the right form: {error}") from error


def _wrong(path: Path, what: str) -> PmqaError:
    return PmqaError(f"The skeleton file {path.name} {what}.", hint=f"{SHIPPED} shows the form.", code="skeletons")


def _skeletons(data: Mapping[str, Any]) -> Skeletons:
    months = {phase: (int(data["months"][phase][0]), int(data["months"][phase][1])) for phase in PHASES}
    for phase, (first, last) in months.items():
        if not 1 <= first <= last <= 12:
            raise ValueError(f"the months of {phase} are not months of one fiscal year")
    return Skeletons(
        framework=data.get("framework", framework.DEFAULT),
        months=months,
        plan_names={int(category["number"]): str(category["plan_name"]) for category in data["categories"]},
        general=_skeleton(data["general"]),
        by_criterion={str(entry["criterion"]): _skeleton(entry) for entry in data["skeletons"]},
    )


def _skeleton(data: Mapping[str, Any]) -> Skeleton:
    name = data.get("criterion")
    steps = tuple(SkeletonStep(phase, text, output) for phase, text, output in data["steps"])
    strange = [step.phase for step in steps if step.phase not in PHASES]
    if strange:
        raise ValueError(f"{strange[0]!r} of {name or 'general'} is no phase")
    return Skeleton(name, data["objective"], data["kpi"], data["unit"], steps)
