"""The index: tables of its own in the store's file, one segment for each batch of findings.

Documents that were written to since they were indexed are noted by triggers, in the transaction that writes
them, and indexed in one transaction when something is next looked for: nothing is missing, nothing is stale, and
an ingest pays for a note. A segment is never changed but for the mark of findings that are gone; small ones
are put together as they become many. Every segment can be made again from the findings it is of, which is how
the index verifies itself.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any

import numpy as np

from pipeline.search import cooccurrence
from pipeline.search.places import Place
from pipeline.search.postings import pack, unpack
from pipeline.search.schema import COLUMNS, DROP, TABLES, TEXT, TITLE, statements, version
from pipeline.search.segments import Postings, joined, text_postings, title_postings
from pipeline.store import Store

#: Findings that are indexed at once; a search reads as many lists for a term as there are segments, so those of
#: less than each of these sizes are put together when they are more than so many.
BATCH, TIERS, MANY = 25_000, (10_000, 100_000, 1_000_000), 8
#: Kilobytes of the file that are kept in memory: the lists of frequent words are read again and again.
CACHE = 65_536
#: Which words belong together is learned from so many findings, and again when their number changed by this share.
SAMPLE, RELEARN = 10_000, 0.2
Progress = Callable[[int, int, str], None]


def quiet(done: int, total: int, name: str) -> None:
    """Progress that nobody watches."""


#: The forms whose findings are ticks on the words of the framework, not words of anybody.
CHECKLISTS = frozenset(("slides",))

#: The columns of the findings that are indexed.
FIELDS = ("doc_id", "seq", "kind", "verdict", "family", "agency", "fiscal_year", "text", *Place.__slots__)


@dataclass(frozen=True, slots=True)
class View:
    """What of the index is kept in memory: the columns of all findings by number, and which are still there."""

    generation: int
    columns: dict[str, np.ndarray]
    place: np.ndarray
    alive: np.ndarray
    size: int
    places: int
    values: dict[str, dict[str, int]]

    @property
    def checklists(self) -> list[int]:
        """The forms that are checklists, as numbers of the column `family`."""
        return [number for family, number in self.values.get("family", {}).items() if family in CHECKLISTS]


class Index:
    """The index of a store. `refresh` brings it up to date; everything else reads it as it is."""

    def __init__(self, store: Store) -> None:
        self.sql = store.connection
        self.sql.execute(f"PRAGMA cache_size = -{CACHE}")
        self._store = store
        self._view: View | None = None
        self._places: list[Place] = []
        self._place_generation = -1

    # Keeping it up to date

    def refresh(self, progress: Progress = quiet) -> bool:
        """Index the documents that changed, and all if the index is another version's; True if any did.

        Raises PmqaError if the store cannot be written to.
        """
        if self.fits() and not self.stale():
            return False
        self._bring_up(progress, anew=False)
        return True

    def rebuild(self, progress: Progress = quiet) -> None:
        """Make the index anew from the findings."""
        self._bring_up(progress, anew=True)

    def _bring_up(self, progress: Progress, *, anew: bool) -> None:
        with self._store.transaction():
            if anew or not self.fits():
                self._create()
            stale = self.stale()
            if stale:
                self._forget(stale)
                if self._mostly_gone():
                    self._create()
                    stale = self.stale()
                self._add(stale, progress)
                self.sql.execute("DELETE FROM search_stale")
                self._learn()
            self._set("generation", str(int(self._get("generation") or 0) + 1))

    def fits(self) -> bool:
        """Whether there is an index, of this version."""
        exists = self.sql.execute("SELECT 1 FROM sqlite_master WHERE name = 'search_meta'").fetchone()
        return bool(exists) and self._get("version") == version()

    def _create(self) -> None:
        generation = self._get("generation") if self.exists() else None
        for statement in (*statements(DROP), *statements(TABLES)):
            self.sql.execute(statement)
        self._set("version", version())
        self._set("generation", generation or "0")

    def exists(self) -> bool:
        """Whether there is an index."""
        return bool(self.sql.execute("SELECT 1 FROM sqlite_master WHERE name = 'search_meta'").fetchone())

    def _get(self, name: str) -> str | None:
        found = self.sql.execute("SELECT value FROM search_meta WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def _set(self, name: str, value: str) -> None:
        self.sql.execute("INSERT OR REPLACE INTO search_meta VALUES (?, ?)", (name, value))

    def stale(self) -> list[str]:
        """The documents that were written to since they were indexed."""
        return [row[0] for row in self.sql.execute("SELECT doc_id FROM search_stale ORDER BY doc_id")]

    def _forget(self, stale: Sequence[str]) -> None:
        """Mark the findings of documents as gone."""
        gone: list[int] = []
        for doc_id in stale:
            gone += [
                row[0] for row in self.sql.execute("SELECT docno FROM search_findings WHERE doc_id = ?", (doc_id,))
            ]
            self.sql.execute("DELETE FROM search_findings WHERE doc_id = ?", (doc_id,))
        if not gone:
            return
        numbers = np.array(sorted(gone))
        rows = self.sql.execute("SELECT segment, first, size, alive FROM search_segments").fetchall()
        for segment, first, size, blob in rows:
            here = numbers[(numbers >= first) & (numbers < first + size)] - first
            if not len(here):
                continue
            alive = np.frombuffer(blob, dtype=np.uint8).copy()
            alive[here] = 0
            if alive.any():
                self.sql.execute("UPDATE search_segments SET alive = ? WHERE segment = ?", (alive.tobytes(), segment))
            else:
                for table in ("search_segments", "search_terms", "search_grams"):
                    # What all places are called stays: places outlive the findings that first named them.
                    titles = "" if table == "search_segments" else f" AND space = {TEXT}"
                    self.sql.execute(f"DELETE FROM {table} WHERE segment = ?{titles}", (segment,))

    def _add(self, stale: Sequence[str], progress: Progress) -> None:
        """Index documents, in segments of `BATCH` findings."""
        total = sum(
            self.sql.execute("SELECT count(*) FROM findings WHERE doc_id = ?", (doc_id,)).fetchone()[0]
            for doc_id in stale
        )
        done = 0
        rows = (row for doc_id in stale for row in self._findings(doc_id))
        while batch := list(islice(rows, BATCH)):
            self._write(batch)
            for limit in TIERS:
                self._merge(limit)
            done += len(batch)
            progress(done, total, "")

    def _findings(self, doc_id: str) -> Iterator[dict[str, Any]]:
        names = ", ".join(f'"{name}"' for name in FIELDS)
        found = self.sql.execute(f"SELECT {names} FROM findings WHERE doc_id = ? ORDER BY seq", (doc_id,))
        return (dict(zip(FIELDS, values, strict=True)) for values in found)

    def _write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Write a segment of findings."""
        first = self.sql.execute("SELECT max(first + size) FROM search_segments").fetchone()[0] or 0
        before = self.sql.execute("SELECT count(*) FROM search_places").fetchone()[0]
        segment = int(self._get("segment") or 0) + 1
        self._set("segment", str(segment))
        columns = self._columns(rows)
        numbers = range(first, first + len(rows))
        self.sql.executemany(
            "INSERT INTO search_findings VALUES (?, ?, ?)",
            ((number, row["doc_id"], row["seq"]) for number, row in zip(numbers, rows, strict=True)),
        )
        self.sql.execute(
            "INSERT INTO search_segments VALUES (?, ?, ?, ?, ?)",
            (segment, first, len(rows), columns.tobytes(), b"\x01" * len(rows)),
        )
        self._write_postings(TEXT, segment, text_postings(numbers, [row["text"] or "" for row in rows]))
        fresh = self.read_places(before)
        self._write_postings(TITLE, segment, title_postings(range(before, before + len(fresh)), fresh))

    def _columns(self, rows: Sequence[dict[str, Any]]) -> np.ndarray:
        columns = np.zeros(len(rows), dtype=COLUMNS)
        places: dict[tuple[Any, ...], int] = {}
        values: dict[tuple[str, str], int] = {}
        for at, row in enumerate(rows):
            fields = tuple(row[name] for name in Place.__slots__)
            if fields not in places:
                places[fields] = self._place(json.dumps(fields, ensure_ascii=False))
            columns[at] = (
                places[fields],
                max(0, min(row["fiscal_year"] or 0, 0xFFFF)),
                *(self._value(name, row[name], values) for name in ("agency", "kind", "verdict", "family")),
                bool(row["text"]),
            )
        return columns

    def _place(self, fields: str) -> int:
        found = self.sql.execute("SELECT place FROM search_places WHERE fields = ?", (fields,)).fetchone()
        if found:
            return int(found[0])
        number = self.sql.execute("SELECT count(*) FROM search_places").fetchone()[0]
        self.sql.execute("INSERT INTO search_places VALUES (?, ?)", (number, fields))
        return int(number)

    def _value(self, name: str, value: str | None, known: dict[tuple[str, str], int]) -> int:
        if not value:
            return 0
        if (name, value) not in known:
            found = self.sql.execute(
                "SELECT number FROM search_values WHERE field = ? AND value = ?", (name, value)
            ).fetchone()
            if found is None:
                number = self.sql.execute("SELECT count(*) + 1 FROM search_values WHERE field = ?", (name,)).fetchone()[
                    0
                ]
                self.sql.execute("INSERT INTO search_values VALUES (?, ?, ?)", (name, number, value))
                found = (number,)
            # A column of one byte has room for as many kinds as nobody will ever see.
            known[name, value] = min(found[0], 0xFFFF if name == "agency" else 0xFF)
        return known[name, value]

    def _write_postings(self, space: int, segment: int, postings: Postings) -> None:
        self.sql.executemany(
            "INSERT INTO search_terms VALUES (?, ?, ?, ?, ?, ?)",
            (
                (term, space, segment, len(numbers), pack(numbers), weights.tobytes())
                for term, (numbers, weights) in sorted(postings.terms.items())
            ),
        )
        self.sql.executemany(
            "INSERT INTO search_grams VALUES (?, ?, ?, ?, ?)",
            ((gram, space, segment, len(numbers), pack(numbers)) for gram, numbers in postings.grams.items()),
        )

    def _mostly_gone(self) -> bool:
        """Whether most of what the segments hold is of findings that are gone."""
        held = self.sql.execute("SELECT coalesce(sum(size), 0) FROM search_segments").fetchone()[0]
        living = self.sql.execute("SELECT count(*) FROM search_findings").fetchone()[0]
        return bool(held > 2 * living + BATCH)

    def _merge(self, limit: int) -> None:
        """Put the segments of less than `limit` findings at the end together when they are many."""
        sizes = self.sql.execute("SELECT segment, size FROM search_segments ORDER BY first DESC").fetchall()
        small = [segment for segment, _ in takewhile(lambda row: row[1] < limit, sizes)][::-1]
        if len(small) <= MANY:
            return
        among = _marks(small)
        rows = self.sql.execute(
            f"SELECT first, size, columns, alive FROM search_segments WHERE segment IN ({among}) ORDER BY first", small
        ).fetchall()
        first, end = rows[0][0], rows[-1][0] + rows[-1][1]
        columns, alive = np.zeros(end - first, dtype=COLUMNS), np.zeros(end - first, dtype=np.uint8)
        for start, size, column, living in rows:
            columns[start - first : start - first + size] = np.frombuffer(column, dtype=COLUMNS)
            alive[start - first : start - first + size] = np.frombuffer(living, dtype=np.uint8)
        into = small[-1]
        # Titles of segments that are gone lie between those of others, and must stay in their order.
        where = f"segment IN ({among}) OR space = {TITLE} AND segment BETWEEN {small[0]} AND {into}"
        for table, name in (("search_terms", "term"), ("search_grams", "gram")):
            weighted = ", weights" if name == "term" else ""
            found = self.sql.execute(
                f"SELECT {name}, space, numbers{weighted} FROM {table} WHERE {where} ORDER BY {name}, space, segment",
                small,
            ).fetchall()
            self.sql.execute(f"DELETE FROM {table} WHERE {where}", small)
            self.sql.executemany(
                f"INSERT INTO {table} VALUES (?, ?, {into}, ?, ?{', ?' if weighted else ''})", joined(found)
            )
        self.sql.execute(f"DELETE FROM search_segments WHERE segment IN ({among})", small)
        self.sql.execute(
            "INSERT INTO search_segments VALUES (?, ?, ?, ?, ?)",
            (into, first, end - first, columns.tobytes(), alive.tobytes()),
        )

    def _learn(self) -> None:
        """Learn anew which words belong together, if the findings are many more or less than at the last time."""
        size = self.sql.execute("SELECT count(*) FROM search_findings").fetchone()[0]
        before = int(self._get("learned") or 0)
        if before and abs(size - before) <= RELEARN * before:
            return
        first = self.sql.execute("SELECT min(first) FROM search_segments").fetchone()[0] or 0
        column = self.sql.execute(
            "SELECT first, columns FROM search_segments WHERE first < ? ORDER BY first", (first + SAMPLE,)
        )
        place = np.zeros(SAMPLE, dtype=np.int64) - 1
        for start, blob in column.fetchall():
            part = np.frombuffer(blob, dtype=COLUMNS)["place"][: first + SAMPLE - start]
            place[start - first : start - first + len(part)] = part
        # Rare words keep too little company to learn from; those of titles are few, and many findings have them.
        rows = self.sql.execute(
            "SELECT term, space, numbers FROM search_terms WHERE space = ? OR term IN (SELECT term FROM search_terms "
            "WHERE space = ? GROUP BY term ORDER BY sum(size) DESC, term LIMIT ?) ORDER BY term, space, segment",
            (TITLE, TEXT, 2 * cooccurrence.WORDS),
        )
        near = cooccurrence.learn(
            ((term, space == TITLE, unpack(blob) - (0 if space else first)) for term, space, blob in rows), place
        )
        self.sql.execute("DELETE FROM search_near")
        self.sql.executemany("INSERT INTO search_near VALUES (?, ?, ?)", near)
        self._set("learned", str(size))

    # Reading it

    def view(self) -> View:
        """The columns and values, read again only when the index has changed."""
        generation = int(self._get("generation") or 0)
        if self._view is not None and self._view.generation == generation:
            return self._view
        rows = self.sql.execute("SELECT first, size, columns, alive FROM search_segments").fetchall()
        end = max((first + size for first, size, _, _ in rows), default=0)
        columns, alive = np.zeros(end, dtype=COLUMNS), np.zeros(end, dtype=bool)
        for first, size, column, living in rows:
            columns[first : first + size] = np.frombuffer(column, dtype=COLUMNS)
            alive[first : first + size] = np.frombuffer(living, dtype=bool)
        values: dict[str, dict[str, int]] = defaultdict(dict)
        for name, number, value in self.sql.execute("SELECT field, number, value FROM search_values ORDER BY number"):
            values[name][value] = number
        places = self.sql.execute("SELECT count(*) FROM search_places").fetchone()[0]
        self._view = View(
            generation,
            {name: columns[name].copy() for name in COLUMNS.names or ()},
            columns["place"].astype(np.int32),
            alive,
            int(alive.sum()),
            places,
            dict(values),
        )
        return self._view

    def places(self) -> list[Place]:
        """All places, by number."""
        generation = self.view().generation
        if self._place_generation != generation:
            self._places = self.read_places(0)
            self._place_generation = generation
        return self._places

    def read_places(self, start: int) -> list[Place]:
        """The places from a number on, as the file has them."""
        found = self.sql.execute("SELECT fields FROM search_places WHERE place >= ? ORDER BY place", (start,))
        return [Place(*json.loads(row[0])) for row in found]

    def sizes(self, space: int, terms: Sequence[str]) -> dict[str, int]:
        """How many findings (or places) hold each term; terms that none holds are left out."""
        return dict(
            self.sql.execute(
                f"SELECT term, sum(size) FROM search_terms WHERE space = ? AND term IN ({_marks(terms)}) GROUP BY term",
                (space, *terms),
            )
        )

    def term(self, space: int, term: str) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of the findings (or places) that hold a term, ascending, and its weights in `SCALE`ths."""
        rows = self.sql.execute(
            "SELECT numbers, weights FROM search_terms WHERE term = ? AND space = ? ORDER BY segment", (term, space)
        ).fetchall()
        return (
            _concatenated([unpack(row[0]) for row in rows]),
            np.frombuffer(b"".join(row[1] for row in rows), dtype=np.uint8),
        )

    def gram_sizes(self, space: int, found: Sequence[int]) -> dict[int, int]:
        """How many findings (or places) hold each n-gram."""
        return dict(
            self.sql.execute(
                f"SELECT gram, sum(size) FROM search_grams WHERE space = ? AND gram IN ({_marks(found)}) GROUP BY gram",
                (space, *found),
            )
        )

    def gram(self, space: int, gram: int) -> np.ndarray:
        """The numbers of the findings (or places) that hold an n-gram, ascending."""
        rows = self.sql.execute(
            "SELECT numbers FROM search_grams WHERE gram = ? AND space = ? ORDER BY segment", (gram, space)
        )
        return _concatenated([unpack(row[0]) for row in rows])

    def gram_prefix(self, space: int, low: int, high: int) -> np.ndarray:
        """The numbers of the findings (or places) that hold any n-gram of a range."""
        rows = self.sql.execute(
            "SELECT numbers FROM search_grams WHERE gram BETWEEN ? AND ? AND space = ?", (low, high, space)
        )
        return np.unique(_concatenated([unpack(row[0]) for row in rows]))

    def vocabulary(self) -> dict[str, int]:
        """Every term with the number of findings and places that hold it."""
        return dict(self.sql.execute("SELECT term, sum(size) FROM search_terms GROUP BY term"))

    def near(self, term: str) -> dict[str, float]:
        """The words that belong together with a word in these findings, and how closely (0..1)."""
        return dict(self.sql.execute("SELECT near, weight FROM search_near WHERE term = ?", (term,)))

    def finding(self, number: int) -> tuple[str, int] | None:
        """The document and the place in it of a finding, None if it is gone."""
        found = self.sql.execute("SELECT doc_id, seq FROM search_findings WHERE docno = ?", (number,)).fetchone()
        return (found[0], found[1]) if found else None

    def text(self, number: int) -> str:
        """What a finding says, "" if it is gone."""
        found = self.sql.execute(
            "SELECT f.text FROM search_findings AS s JOIN findings AS f ON f.doc_id = s.doc_id AND f.seq = s.seq "
            "WHERE s.docno = ?",
            (number,),
        ).fetchone()
        return (found[0] or "") if found else ""

    def number(self, doc_id: str, seq: int) -> int | None:
        """The number of a finding, None if it is not indexed."""
        found = self.sql.execute(
            "SELECT docno FROM search_findings WHERE doc_id = ? AND seq = ?", (doc_id, seq)
        ).fetchone()
        return int(found[0]) if found else None


def _concatenated(lists: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(lists) if lists else np.zeros(0, dtype=np.int32)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
