"""The store: documents and their records in one SQLite file."""

from pipeline.store.ids import document_id
from pipeline.store.schema import TABLES, DocumentRecord
from pipeline.store.store import DB_VARIABLE, DEFAULT_DB, Store, open_store

__all__ = ["DB_VARIABLE", "DEFAULT_DB", "TABLES", "DocumentRecord", "Store", "document_id", "open_store"]
