"""Search over findings: ranked, tolerant of how people type, embedded in the store's own file.

from pipeline.search import search

for hit in search("หมวด 5 ไม่ผ่าน ความผูกพัน").hits:
    print(hit.finding.item, hit.snippet.text)
"""

from __future__ import annotations

import os

from pipeline.search.engine import LIMIT, Engine, Hit, Results, SqliteEngine
from pipeline.search.filters import Filters
from pipeline.search.ofi_threads import Thread, threads
from pipeline.store import open_store

__all__ = ["Engine", "Filters", "Hit", "Results", "SqliteEngine", "Thread", "search", "similar", "threads"]


def search(
    query: str,
    *,
    db: str | os.PathLike[str] | None = None,
    limit: int = LIMIT,
    category: int | None = None,
    criterion: str | None = None,
    kind: str | None = None,
    verdict: str | None = None,
    year: int | None = None,
    agency: str | None = None,
) -> Results:
    """The findings of a store that answer a query, best first.

    The filters hold besides those that the query's own words name. Raises PmqaError where there is no store.
    """
    filters = Filters.of(category=category, criterion=criterion, kind=kind, verdict=verdict, year=year, agency=agency)
    with open_store(db) as store:
        return SqliteEngine(store).search(query, filters, limit)


def similar(finding_id: str, *, db: str | os.PathLike[str] | None = None, limit: int = LIMIT) -> Results:
    """The findings of a store that are most like one. Raises PmqaError if there is none such."""
    with open_store(db) as store:
        return SqliteEngine(store).similar(finding_id, limit=limit)
