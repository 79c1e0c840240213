"""The Python API: the commands as functions of the same names, tables as pandas DataFrames.

Example:

    from pipeline import api as pmqa

    pmqa.ingest(["reports/"], db="pmqa.db")
    findings = pmqa.table("findings", db="pmqa.db")
"""

from __future__ import annotations

from pipeline.errors import PmqaError
from pipeline.export import export, table
from pipeline.extract import extract, iter_pages
from pipeline.ingest import ingest
from pipeline.ofi import ofis
from pipeline.read import read
from pipeline.repair import repair, repair_and_explain
from pipeline.search import search, similar, threads
from pipeline.store import open_store
from pipeline.tagging.language import load_language

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
