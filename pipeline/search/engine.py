"""Searching a store: the interface, and the engine that lives in the store's own file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from pipeline.errors import PmqaError
from pipeline.records import Finding
from pipeline.search import check
from pipeline.search.filters import ANYTHING, Filters
from pipeline.search.folding import fold, sound
from pipeline.search.index import Index, Progress, quiet
from pipeline.search.query import LONGEST, Query, concepts_of, understand
from pipeline.search.rank import Ranker, Ranking, Weights
from pipeline.search.snippet import Snippet, snippet
from pipeline.store import Store
from pipeline.store.schema import KINDS, decode
from pipeline.store.store import explained

#: Hits that are given when nobody says how many.
LIMIT = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding that was found; `snippet` is the part of it that shows why."""

    finding: Finding
    score: float
    snippet: Snippet

    def as_dict(self) -> dict[str, Any]:
        """The finding's row with `score`, `snippet` and `highlights` ([start, end] in the snippet)."""
        found = asdict(self.finding)
        return {
            "finding_id": found.pop("finding_id"),
            "text": found.pop("text"),
            "score": round(self.score, 4),
            "source_name": found.pop("source_name"),
            "page": found.pop("page"),
            **found,
            "snippet": self.snippet.text,
            "highlights": [list(span) for span in self.snippet.highlights],
        }


@dataclass(frozen=True, slots=True)
class Results:
    """Hits, best first; how the query was understood; and how many findings were found in all.

    `filters` are those that were read from the query's words and held; `dropped` those that nothing fitted and
    that were left out for it.
    """

    query: Query
    hits: list[Hit]
    total: int
    filters: Filters = ANYTHING
    dropped: Filters = ANYTHING

    @property
    def did_you_mean(self) -> str | None:
        """What was looked for, if it is not what was typed."""
        return self.query.text if self.query.corrected else None


class Engine(Protocol):
    """What a search engine does here. Another one, a server's, takes the place of `SqliteEngine` by doing it too."""

    def refresh(self, progress: Progress = quiet) -> bool:
        """Take in what was ingested since; True if anything was."""

    def rebuild(self, progress: Progress = quiet) -> None:
        """Index everything anew."""

    def problems(self) -> list[str]:
        """What is wrong with the index, one sentence each."""

    def search(self, typed: str, filters: Filters = ANYTHING, limit: int = LIMIT) -> Results:
        """The findings that answer what a person typed."""

    def similar(self, finding_id: str, filters: Filters = ANYTHING, limit: int = LIMIT) -> Results:
        """The findings most like one."""


class SqliteEngine:
    """The engine whose index is in the store's file. It sees what was ingested as soon as it was."""

    def __init__(self, store: Store, weights: Weights | None = None) -> None:
        self._store = store
        self._index = Index(store)
        self._ranker = Ranker(self._index, weights)

    def refresh(self, progress: Progress = quiet) -> bool:
        """Index the documents that changed; True if any did."""
        return self._index.refresh(progress)

    def rebuild(self, progress: Progress = quiet) -> None:
        """Index everything anew."""
        self._index.rebuild(progress)

    def problems(self) -> list[str]:
        """What is wrong with the index, one sentence each."""
        with explained(self._store.path):
            return check.problems(self._index)

    def search(self, typed: str, filters: Filters = ANYTHING, limit: int = LIMIT) -> Results:
        """The findings that answer what a person typed, best first.

        Words of the query that say what findings must be ("หมวด 5 ไม่ผ่าน") become filters besides `filters`;
        if nothing at all fits them, they are dropped.
        """
        with explained(self._store.path):
            self.refresh()
            query = understand(typed, self._ranker.vocabulary)
            ranking = self._ranker.rank(query, filters, query.filters, limit)
            if len(ranking.numbers) or not query.filters:
                return self._results(query, ranking, filters=query.filters)
            ranking = self._ranker.rank(query, filters, ANYTHING, limit)
            return self._results(query, ranking, dropped=query.filters)

    def similar(self, finding_id: str, filters: Filters = ANYTHING, limit: int = LIMIT) -> Results:
        """The findings most like one, by what it says and where it stands. Raises PmqaError if there is none such."""
        with explained(self._store.path):
            self.refresh()
            place = self._place(finding_id)
            finding = self._findings([place])[0]
            text = finding.text or " ".join(filter(None, (finding.item_title, finding.part_label)))
            query = Query(typed=text, text=text, concepts=tuple(concepts_of(fold(text)[:LONGEST])))
            number = self._index.number(*place)
            ranking = self._ranker.rank(query, filters, ANYTHING, limit, without=[] if number is None else [number])
            return self._results(query, ranking)

    def _place(self, finding_id: str) -> tuple[str, int]:
        """The document and the place in it of a finding, by its id or the beginning of it."""
        start = sound(finding_id)
        found = self._store.connection.execute(
            "SELECT doc_id, seq FROM findings WHERE finding_id >= ? AND finding_id < ? LIMIT 2",
            (start, start + "\U0010ffff"),
        ).fetchall()
        if len(found) != 1:
            what = "more than one finding" if found else "no finding"
            raise PmqaError(
                f"There is {what} with the id {finding_id!r}.", hint="`pmqa search` shows them.", code="usage"
            )
        doc_id, seq = found[0]
        return doc_id, seq

    def _results(self, query: Query, ranking: Ranking, **more: Filters) -> Results:
        places = [place for number in ranking.numbers.tolist() if (place := self._index.finding(number))]
        scored = zip(self._findings(places), ranking.scores.tolist(), strict=True)
        hits = [Hit(finding, score, snippet(finding, query)) for finding, score in scored]
        return Results(query, hits, ranking.total, **more)

    def _findings(self, places: Sequence[tuple[str, int]]) -> list[Finding]:
        """The records of findings."""
        of = KINDS[Finding.dataset]
        names = ", ".join('d."source_name"' if name == "source_name" else f't."{name}"' for name in of)
        sql = f"SELECT {names} FROM findings AS t JOIN documents AS d USING (doc_id) WHERE t.doc_id = ? AND t.seq = ?"
        rows = [self._store.connection.execute(sql, place).fetchone() for place in places]
        return [
            Finding(**{name: decode(value, kind) for (name, kind), value in zip(of.items(), row, strict=True)})
            for row in rows
        ]
