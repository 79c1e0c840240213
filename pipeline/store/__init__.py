"""The store: documents and their records in one SQLite file."""

from pipeline.store.ids import document_id
from pipeline.store.schema import TABLES, DocumentRecord
from pipeline.store.store import Store, default_path, open_store

__all__ = ["TABLES", "DocumentRecord", "Store", "default_path", "document_id", "open_store"]
