"""The index verified: every segment is made again from its findings and compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pipeline.search.index import FIELDS, Index
from pipeline.search.places import Place
from pipeline.search.postings import unpack
from pipeline.search.schema import COLUMNS, TEXT, TITLE
from pipeline.search.segments import Postings, text_postings, title_postings


def problems(index: Index) -> list[str]:
    """What is wrong with an index, one sentence each; none if it says what the findings say."""
    if not index.exists():
        return ["there is no index"]
    if not index.fits():
        return ["the index was made by another version"]
    stale = index.stale()
    if stale:
        return [f"the document {doc_id} changed since it was indexed" for doc_id in stale]
    found = []
    missing = index.sql.execute(
        "SELECT count(*) FROM findings AS f LEFT JOIN search_findings AS s ON s.doc_id = f.doc_id AND s.seq = f.seq "
        "WHERE s.docno IS NULL"
    ).fetchone()[0]
    if missing:
        found.append(f"{missing} findings are not indexed")
    places = index.read_places(0)
    for segment in index.sql.execute("SELECT segment, first, size, columns, alive FROM search_segments").fetchall():
        found += _segment(index, places, *segment)
    found += _titles(index, places)
    return found


def _segment(
    index: Index, places: list[Place], segment: int, first: int, size: int, blob: bytes, alive: bytes
) -> Iterator[str]:
    if len(alive) != size or len(blob) != size * COLUMNS.itemsize:
        yield f"segment {segment} is cut short"
        return
    names = ", ".join(f'f."{name}"' for name in FIELDS)
    rows = index.sql.execute(
        f"SELECT s.docno, {names} FROM search_findings AS s "
        "JOIN findings AS f ON f.doc_id = s.doc_id AND f.seq = s.seq "
        "WHERE s.docno >= ? AND s.docno < ? ORDER BY s.docno",
        (first, first + size),
    ).fetchall()
    numbers = [row[0] for row in rows]
    findings = [dict(zip(FIELDS, row[1:], strict=True)) for row in rows]
    living = np.zeros(size, dtype=bool)
    living[np.array(numbers, dtype=np.int64) - first] = True
    if (living != (np.frombuffer(alive, dtype=np.uint8) > 0)).any():
        yield f"segment {segment} counts other findings than there are"
    columns = np.frombuffer(blob, dtype=COLUMNS)[living]
    if any(not _files(places, column, row) for column, row in zip(columns, findings, strict=True)):
        yield f"segment {segment} files findings under other places or years"
    want = text_postings(numbers, [row["text"] or "" for row in findings])
    yield from _compare(f"segment {segment}", want, _held(index, segment, living, first))


def _files(places: list[Place], column: np.void, row: dict[str, Any]) -> bool:
    """Whether the columns of a finding say of it what its row does."""
    place = int(column["place"])
    return (
        place < len(places)
        and all(getattr(places[place], name) == row[name] for name in Place.__slots__)
        and int(column["year"]) == (row["fiscal_year"] or 0)
        and bool(column["text"]) == bool(row["text"])
        and all(bool(column[name]) == bool(row[name]) for name in ("agency", "kind", "verdict", "family"))
    )


def _held(index: Index, segment: int, living: np.ndarray, first: int) -> Postings:
    """The postings that the file has of the living findings of a segment."""
    held = Postings()
    where = "WHERE segment = ? AND space = ?"
    for term, numbers, weights in index.sql.execute(
        f"SELECT term, numbers, weights FROM search_terms {where}", (segment, TEXT)
    ):
        kept = _living(numbers, living, first)
        if kept.any():
            held.terms[term] = (unpack(numbers)[kept], np.frombuffer(weights, dtype=np.uint8)[kept])
    for gram, numbers in index.sql.execute(f"SELECT gram, numbers FROM search_grams {where}", (segment, TEXT)):
        kept = _living(numbers, living, first)
        if kept.any():
            held.grams[gram] = unpack(numbers)[kept]
    return held


def _living(packed: bytes, living: np.ndarray, first: int) -> np.ndarray:
    """Which numbers of a list are of living findings; numbers that no segment can have count as living."""
    places = unpack(packed) - first
    inside = (places >= 0) & (places < len(living))
    kept: np.ndarray = ~inside | living[np.where(inside, places, 0)]
    return kept


def _titles(index: Index, places: list[Place]) -> Iterator[str]:
    want = title_postings(range(len(places)), places)
    held = Postings(
        {term: index.term(TITLE, term) for (term,) in _distinct(index, "term", "search_terms")},
        {gram: index.gram(TITLE, gram) for (gram,) in _distinct(index, "gram", "search_grams")},
    )
    yield from _compare("the list of places", want, held)


def _distinct(index: Index, name: str, table: str) -> list[tuple[Any]]:
    return index.sql.execute(f"SELECT DISTINCT {name} FROM {table} WHERE space = {TITLE}").fetchall()


def _compare(what: str, want: Postings, held: Postings) -> Iterator[str]:
    terms = want.terms.keys() ^ held.terms.keys()
    for term in want.terms.keys() & held.terms.keys():
        if not all(np.array_equal(a, b) for a, b in zip(want.terms[term], held.terms[term], strict=True)):
            terms.add(term)
    grams = want.grams.keys() ^ held.grams.keys()
    grams |= {g for g in want.grams.keys() & held.grams.keys() if not np.array_equal(want.grams[g], held.grams[g])}
    if terms:
        yield f"{what} is wrong about {len(terms)} words"
    if grams:
        yield f"{what} is wrong about {len(grams)} n-grams"
