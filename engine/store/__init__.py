"""Everything durable: the tables, and transactions on SQLite or PostgreSQL."""

from engine.store.database import Database
from engine.store.identity import new_case_id
from engine.store.lock import lock_correlation
from engine.store.schema import SchemaMismatch
from engine.store.statement import Statement, delete, insert, update, upsert
from engine.store.tables import NEVER
from engine.store.transaction import Reading, Transaction

__all__ = [
    "NEVER",
    "Database",
    "Reading",
    "SchemaMismatch",
    "Statement",
    "Transaction",
    "delete",
    "insert",
    "lock_correlation",
    "new_case_id",
    "update",
    "upsert",
]
