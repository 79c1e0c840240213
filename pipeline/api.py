"""The Python API: the commands as functions of the same names, tables as pandas DataFrames.

    from pipeline import api as pmqa

    pmqa.ingest(["reports/"], db="pmqa.db")
    findings = pmqa.table("findings", db="pmqa.db")
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pipeline.errors import PmqaError
from pipeline.export import export
from pipeline.extract import extract, iter_pages
from pipeline.ingest import ingest
from pipeline.ofi import ofis
from pipeline.read import read
from pipeline.repair import repair, repair_and_explain
from pipeline.search import search, similar, threads
from pipeline.store import open_store
from pipeline.tagging.language import load_language

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "PmqaError",
    "export",
    "extract",
    "ingest",
    "iter_pages",
    "load_language",
    "ofis",
    "open_store",
    "read",
    "repair",
    "repair_and_explain",
    "search",
    "similar",
    "table",
    "threads",
]


def table(dataset: str, *, db: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """A dataset of a store as a DataFrame, one row a record, columns as in the dataset contract.

    Raises PmqaError for an unknown dataset, or where there is no store.
    """
    with open_store(db) as store:
        return store.table(dataset)
