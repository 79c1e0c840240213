"""What the corpora teach: passages with what each is about, and sentences made of phrases and frames.

All of it is data in `corpora/tagging`; here stands only how examples are made of it. What is made is always the same.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pipeline import framework
from pipeline.resources import resource
from pipeline.tagging.directions import less_is_better
from pipeline.tagging.examples import ROLES, VERDICT_OF, Example, is_measure, unrepeated

#: A key term of fewer characters says too little to be filed by.
_TELLING = 12
#: How many sentences are made of each phrase: for neither role, for a strength, for an OFI.
_COUNTS = {
    "things": {"none": 3, "strength": 1, "ofi": 1},
    "acts": {"none": 3, "strength": 1, "ofi": 1},
    "measures": {"none": 5, "strength": 1, "ofi": 1},
}
#: How many sentences are made of each subject of praise, fault or neither.
_PREDICATES = {"none": 6, "strength": 10, "ofi": 14}
#: How much a passage counts by the folder it stands in, and which share of that for what it is about: stories are told
#: more vividly than real papers are, and remarks speak of everything as assessors do, not as plans and reports do.
_WRITTEN = {"passages": (1.0, 1.0), "stories": (0.25, 1.0), "remarks": (1.0, 0.1)}
#: How much an example counts that is made of a frame and a phrase, or is a title.
_MADE = 0.5
#: The roles in the files of passages; "?" for what is praise in one mouth and a plain statement in another.
_SAID = {"s": "strength", "o": "ofi", "n": "none", "?": None}
#: How often each way, of measures of which it is known whether more or less is good.
_TRENDS = 3
#: Acts to be judged are longer and shorter than this (characters), and not judged yet.
_ACT = (15, 220)
_JUDGED = re.compile("ควร|ขาด|ไม่|ยัง|แต่|:")
#: Names of measures are longer and shorter than this (characters), and end where a value begins.
_NAME = (12, 140)
_VALUE = re.compile(
    r"\s*(?:(?:ไม่น้อยกว่า|ไม่ต่ำกว่า|อย่างน้อย|มากกว่า|ร้อยละ|เป็น|จำนวน|ปีงบประมาณ|ปี|พ\.ศ\.|ตั้งแต่|ภายใน)\s*)*(?:[\d๐-๙(].*)?$"
)
_TREND = re.compile("เพิ่มขึ้น|ลดลง|สูงกว่า|ต่ำกว่า")
#: What stands before an act where it is told, and where it is praised or found wanting.
_PLAIN = re.compile("^การ")
_OPENING = re.compile(
    "^(?:[-–•] ?)?(?:ส่วนราชการ|หน่วยงาน|ผู้บริหาร)?(?:ยัง)?(?:ขาดการ|ไม่(?:มี|พบ|ปรากฏ)การ|ไม่ได้"
    "|(?:เห็น)?ควร(?:ให้)?(?:มี)?(?:การ)?|พึง|มีการ|ได้|มีแนวทางในการ|มีระบบ(?:การ)?)"
)
#: Where a result lies whose subject is the matter of a process category.
_RESULT_OF = {"3": "7.2", "5": "7.3", "6": "7.6"}


@cache
def from_corpora() -> tuple[Example, ...]:
    """Examples from `corpora/tagging` and from the frameworks' titles and key terms."""
    passages = list(_passages())
    made = (_topics(), _results(), _none(), _titles(), _roles(), _judgements(passages))
    weighed = (replace(example, weight=_MADE * example.weight) for examples in made for example in examples)
    return tuple(unrepeated([*passages, *weighed]))


def _topics() -> Iterator[Example]:
    frames = _corpus("frames")
    for name in ("topics-1-3", "topics-4-6"):
        for topic in _corpus(name)["topics"]:
            criterion = topic["criterion"]
            category = int(criterion[0])
            for text in topic["sentences"]:
                yield Example(text, category, criterion, group=text)
            for kind in ("things", "acts"):
                for phrase in topic[kind]:
                    yield from _framed(frames, kind, phrase, category, criterion)
                    for text in _some(frames["measured"][kind], 1, phrase):
                        yield Example(text, 7, _RESULT_OF.get(criterion[0]), group=phrase, weight=0.5)


def _results() -> Iterator[Example]:
    frames = _corpus("frames")
    for result in _corpus("results")["results"]:
        criterion = result["criterion"] or None
        for text in result["sentences"]:
            yield Example(text, 7, criterion, "ofi" if text.startswith("ควร") else None, group=text)
        for phrase in result["measures"]:
            yield from _framed(frames, "measures", phrase, 7, criterion)


def _framed(
    frames: Mapping[str, Any], kind: str, phrase: str, category: int, criterion: str | None
) -> Iterator[Example]:
    for role, count in _COUNTS[kind].items():
        # What is done or reached is neither praised nor faulted in a plan, but praised in a report.
        taught, weight = (None, 1.0) if role == "none" else (role, 0.5)
        for text in _some(frames[kind][role], count, phrase):
            yield Example(text, category, criterion, taught, VERDICT_OF.get(role), group=phrase, weight=weight)


def _passages() -> Iterator[Example]:
    """Whole passages: what each is about and, of feedback, whether it is praise, fault or neither."""
    for folder, (weight, about) in _WRITTEN.items():
        for file in sorted((resource("corpora/tagging") / folder).glob("*.tsv")):
            for label, role, text in _rows(file):
                said = _SAID[role]
                yield Example(
                    text,
                    *_meaning(label),
                    said,
                    VERDICT_OF.get(said or ""),
                    group=file.stem,
                    weight=weight,
                    about=about,
                )


def _meaning(label: str) -> tuple[int | None, str | None]:
    """The category and the criterion that passages are written under.

    >>> _meaning("4.3"), _meaning("5"), _meaning("-")
    ((4, '4.3'), (5, None), (None, None))
    """
    return int(label[0]) if label != "-" else None, label if "." in label else None


def _none() -> Iterator[Example]:
    corpus = _corpus("none")
    for text in corpus["sentences"]:
        yield Example(text, 0, None, "none", group=text)
    for unit in corpus["units"]:
        for frame in corpus["unit_frames"]:
            yield Example(frame.format(unit), 0, None, "none", group=unit, weight=0.3)


def _titles() -> Iterator[Example]:
    """Titles of every edition; criteria are those of the default edition, which alone is used to label.

    A key term, or the label of an answer box, is left out where it says as much of another category: all those
    of the results, which name what is measured and not the measure, and all that are short.
    """
    for name in framework.available():
        edition = framework.load(name)
        for category in edition.categories:
            for text in (category.title, *category.variants, category.description):
                yield Example(text, category.number, group=text)
        for criterion in edition.criteria:
            number = criterion.number if name == framework.DEFAULT else None
            wordings = [criterion.title or "", *criterion.variants, *(item.title for item in criterion.items)]
            if criterion.groups:
                wordings += [group.title for group in criterion.groups if is_measure(group.title)]
            elif number:
                wordings += [term for term in criterion.key_terms if len(term) >= _TELLING]
                wordings += [part for item in criterion.items for part in item.parts if len(part) >= 2 * _TELLING]
            for text in wordings:
                yield Example(text, criterion.category, number, group=text)


def _roles() -> Iterator[Example]:
    """Praise, fault and neither, of matters of no category in particular."""
    corpus = _corpus("roles")
    for subject in corpus["subjects"]:
        for role, frames in corpus["predicates"].items():
            for text in _some(frames, _PREDICATES[role], subject):
                yield Example(text, None, None, role, VERDICT_OF.get(role), group=subject, weight=0.5)


def _judgements(passages: Sequence[Example]) -> Iterator[Example]:
    """Acts and measures told in passages, each praised, found wanting and told plainly."""
    corpus = _corpus("judgements")
    yield from _judged_acts(corpus, passages)
    yield from _judged_measures(corpus, passages)


def _judged_acts(corpus: Mapping[str, Any], passages: Iterable[Example]) -> Iterator[Example]:
    acts: dict[int, list[str]] = defaultdict(list)
    for example in passages:
        act = _act_of(example, tuple(corpus["verbs"]))
        if act and example.category:
            acts[example.category].append(act)
    for same in acts.values():
        for act in same:
            chosen = zlib.crc32(act.encode())
            other = same[chosen % len(same)]
            for role in ROLES:
                # Of the two plain forms one is enough: there is less to tell apart.
                if role != "none" or chosen % 2:
                    yield _judged(_some(corpus["one"][role], 1, act)[0], role, act)
                if (role != "none" or not chosen % 2) and act != other:
                    yield _judged(_some(corpus["two"][role], 1, act, other)[0], role, act)


def _judged_measures(corpus: Mapping[str, Any], passages: Iterable[Example]) -> Iterator[Example]:
    told = [measure for example in passages if (measure := _measure_of(example))]
    results = [measure for result in _corpus("results")["results"] for measure in result["measures"]]
    for measure in dict.fromkeys(told + results):
        if _JUDGED.search(measure):
            continue
        for role, count in (("none", 1), ("strength", 2), ("ofi", 2)):
            for text in _some(corpus["measure"][role], count, measure):
                yield _judged(text, role, measure)
        yield from _moving(corpus, measure, less_is_better(measure), 1)
    for better, measure in _rows(resource("corpora/tagging") / "measures.tsv"):
        for example in _moving(corpus, measure, better == "less", _TRENDS):
            yield replace(example, category=7, about=_WRITTEN["remarks"][1])


def _moving(corpus: Mapping[str, Any], measure: str, less: bool, count: int) -> Iterator[Example]:
    """A measure rising and falling, each told in so many ways: praise and fault, or fault and praise."""
    for trend, good in (("rising", not less), ("falling", less)):
        for text in _some(corpus["trend"][trend], count, measure):
            yield _judged(text, "strength" if good else "ofi", measure)


def _act_of(example: Example, verbs: tuple[str, ...]) -> str | None:
    """What is done, or should be, in a passage that says so in its first words and judges it no further."""
    if example.weight < 1 or example.role == "none":
        return None
    act = (_PLAIN if example.role is None else _OPENING).sub("", example.text, count=1)
    if example.role is not None and act == example.text:
        return None
    told = _ACT[0] < len(act) < _ACT[1] and act.startswith(verbs) and not _JUDGED.search(act)
    return act if told else None


def _measure_of(example: Example) -> str | None:
    """The name of what a passage of results measures, without its value."""
    if example.weight < 1 or example.category != 7 or example.role is not None or not is_measure(example.text):
        return None
    name = _VALUE.sub("", example.text)
    return name if _NAME[0] < len(name) < _NAME[1] and not _TREND.search(name) else None


def _judged(text: str, role: str, of: str) -> Example:
    return Example(text, None, None, role, VERDICT_OF.get(role), group=of, weight=0.6)


def _rows(file: Path) -> Iterator[list[str]]:
    """The cells of a table of the corpora, line by line, but for its head."""
    for line in file.read_text(encoding="utf-8").splitlines()[1:]:
        yield line.split("\t")


@cache
def _corpus(name: str) -> dict[str, Any]:
    return tomllib.loads((resource("corpora/tagging") / f"{name}.toml").read_text(encoding="utf-8"))


def _some(frames: Sequence[str], count: int, phrase: str, *more: str) -> list[str]:
    """The phrase, and what goes with it, in some of the frames: always the same ones, but others for each phrase."""
    order = sorted(frames, key=lambda frame: zlib.crc32((frame + "\x1f" + phrase).encode()))
    return [frame.format(phrase, *more) for frame in order[:count]]
