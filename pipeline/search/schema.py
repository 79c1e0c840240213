"""The tables of the index in the store's file, and what an index depends on."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterator
from functools import cache

import numpy as np

from pipeline.search import synonyms
from pipeline.search.lexicon import stop_words

#: Changes whenever an index made before would not be the one made now.
FORMAT = 3
#: Spaces of the index: what findings say, and what their places are called.
TEXT, TITLE = 0, 1
#: What is kept of each finding for filters; texts as numbers of `search_values`, 0 for none.
COLUMNS = np.dtype(
    [
        ("place", "<u4"),
        ("year", "<u2"),
        ("agency", "<u2"),
        ("kind", "u1"),
        ("verdict", "u1"),
        ("family", "u1"),
        ("text", "u1"),
    ]
)

TABLES = """
CREATE TABLE search_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE search_stale (doc_id TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE search_findings (docno INTEGER PRIMARY KEY, doc_id TEXT NOT NULL, seq INTEGER NOT NULL);
CREATE INDEX search_findings_by_doc ON search_findings (doc_id, seq);
CREATE TABLE search_places (place INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE);
CREATE TABLE search_values (field TEXT NOT NULL, number INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (field, value)) WITHOUT ROWID;
CREATE TABLE search_segments (segment INTEGER PRIMARY KEY, first INTEGER NOT NULL, size INTEGER NOT NULL,
    columns BLOB NOT NULL, alive BLOB NOT NULL);
CREATE TABLE search_terms (term TEXT NOT NULL, space INTEGER NOT NULL, segment INTEGER NOT NULL, size INTEGER NOT NULL,
    numbers BLOB NOT NULL, weights BLOB NOT NULL, PRIMARY KEY (term, space, segment)) WITHOUT ROWID;
CREATE TABLE search_grams (gram INTEGER NOT NULL, space INTEGER NOT NULL, segment INTEGER NOT NULL,
    size INTEGER NOT NULL, numbers BLOB NOT NULL, PRIMARY KEY (gram, space, segment)) WITHOUT ROWID;
CREATE TABLE search_near (term TEXT NOT NULL, near TEXT NOT NULL, weight REAL NOT NULL, PRIMARY KEY (term, near))
    WITHOUT ROWID;
CREATE TRIGGER search_finding_added AFTER INSERT ON findings
    BEGIN INSERT OR IGNORE INTO search_stale VALUES (new.doc_id); END;
CREATE TRIGGER search_finding_deleted AFTER DELETE ON findings
    BEGIN INSERT OR IGNORE INTO search_stale VALUES (old.doc_id); END;
CREATE TRIGGER search_finding_changed AFTER UPDATE ON findings
    BEGIN INSERT OR IGNORE INTO search_stale VALUES (old.doc_id), (new.doc_id); END;
INSERT INTO search_stale SELECT doc_id FROM documents
"""
DROP = "\n".join(
    [f"DROP TRIGGER IF EXISTS search_finding_{what};" for what in ("added", "deleted", "changed")]
    + [
        f"DROP TABLE IF EXISTS search_{what};"
        for what in ("meta", "stale", "findings", "places", "values", "segments", "terms", "grams", "near")
    ]
)


@cache
def version() -> str:
    """What an index depends on besides the findings."""
    return json.dumps([FORMAT, importlib.metadata.version("pythainlp"), _fingerprint()])


@cache
def _fingerprint() -> str:
    """A short hash of the lists that decide which terms a text has."""
    listed = "\n".join((*sorted(synonyms.terms()), "", *sorted(stop_words())))
    return hashlib.sha256(listed.encode()).hexdigest()[:16]


def statements(script: str) -> Iterator[str]:
    """The statements of a script in which a trigger's body is one line that ends with END."""
    statement = ""
    for line in script.strip().splitlines():
        statement += line + "\n"
        if line.endswith(";") and ("BEGIN" not in line or line.endswith("END;")):
            yield statement
            statement = ""
    if statement:
        yield statement
