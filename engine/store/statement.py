"""Statements of the hot path: built once with SQLAlchemy Core, compiled once for each database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect

Params: TypeAlias = Mapping[str, Any]
Row: TypeAlias = tuple[Any, ...]
Process: TypeAlias = Callable[[Any], Any]
Build: TypeAlias = Callable[[str], sa.ClauseElement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A statement as one database takes it.

    binds: name and conversion of each parameter. constants: parameters that the statement itself fixes.
    positional: whether the driver wants the tuple that `pick` makes instead of a mapping.
    columns: conversion of each result column, None when no column needs any.
    """

    sql: str
    binds: tuple[tuple[str, Process | None], ...]
    constants: Mapping[str, Any]
    positional: bool
    pick: Callable[[Params], Row]
    columns: tuple[Process | None, ...] | None

    def bind(self, params: Params) -> Any:
        """The driver's parameters. Raises KeyError for a missing one; others than the statement's are ignored."""
        values = dict(self.constants)
        for name, process in self.binds:
            value = params[name]
            values[name] = value if process is None else process(value)
        return self.pick(values) if self.positional else values

    def convert(self, rows: Sequence[Row]) -> list[Row]:
        """The rows with each column as its type in Python."""
        if self.columns is None:
            return list(rows)
        return [
            tuple(
                value if process is None else process(value)
                for value, process in zip(row, self.columns, strict=True)
            )
            for row in rows
        ]


class Statement:
    """A statement meant to be executed often; make it once, at import.

    built: the statement, with `sa.bindparam` for what varies, or a function from the dialect's name ("sqlite",
    "postgresql") to it where the databases differ. SQLAlchemy's own execution costs about 80 us a statement
    above the driver's; this costs about 3.
    """

    def __init__(self, built: sa.ClauseElement | Build) -> None:
        self._built = built
        self._prepared: dict[str, Prepared] = {}

    def on(self, dialect: Dialect) -> Prepared:
        """The statement as `dialect` takes it."""
        prepared = self._prepared.get(dialect.name)
        if prepared is None:
            prepared = self._prepared[dialect.name] = self._compile(dialect)
        return prepared

    def _compile(self, dialect: Dialect) -> Prepared:
        built = self._built if isinstance(self._built, sa.ClauseElement) else self._built(dialect.name)
        compiled = built.compile(dialect=dialect)
        if not isinstance(compiled, sa.sql.compiler.SQLCompiler):
            raise TypeError("only queries and changes of rows can be prepared")
        binds: list[tuple[str, Process | None]] = []
        constants: dict[str, Any] = {}
        for bind, name in compiled.bind_names.items():
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if bind.required:
                binds.append((name, process))
            else:
                value = bind.effective_value
                constants[name] = value if process is None else process(value)
        return Prepared(
            sql=compiled.string,
            binds=tuple(binds),
            constants=constants,
            positional=dialect.positional,
            pick=_picker(compiled.positiontup or ()),
            columns=_column_processors(built, dialect),
        )


def _picker(names: Sequence[str]) -> Callable[[Params], Row]:
    """What takes the values of these names, in order, as a tuple."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)


def _column_processors(built: sa.ClauseElement, dialect: Dialect) -> tuple[Process | None, ...] | None:
    if not isinstance(built, sa.sql.expression.ReturnsRows):
        return None
    columns = [
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in built.exported_columns
    ]
    return tuple(columns) if any(columns) else None


def insert(table: sa.Table) -> Statement:
    """Insert one row; every column is a parameter of its own name."""
    return Statement(table.insert().inline())


def upsert(table: sa.Table) -> Statement:
    """Insert one row or, where its primary key is there already, replace the row's other columns."""
    return Statement(lambda dialect: _upsert(table, dialect))


def _upsert(table: sa.Table, dialect: str) -> sa.ClauseElement:
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in table.columns if column.name not in keys]
    statement: Any = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table).inline()
    changed = {name: statement.excluded[name] for name in others}
    result: sa.ClauseElement = (
        statement.on_conflict_do_update(index_elements=keys, set_=changed)
        if changed
        else statement.on_conflict_do_nothing(index_elements=keys)
    )
    return result


def update(table: sa.Table, *columns: str) -> Statement:
    """Set the named columns of the row with a primary key; parameters bear the names of the columns."""
    statement = table.update().where(_has_key(table)).values({name: sa.bindparam(name) for name in columns})
    # SQLAlchemy reserves a column's own name for the value set; the key's parameters are `key_<column>`.
    return Statement(statement)


def delete(table: sa.Table) -> Statement:
    """Delete the row with a primary key; parameters are named as in `update`."""
    return Statement(table.delete().where(_has_key(table)))


def _has_key(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == sa.bindparam(f"key_{column.name}") for column in table.primary_key))
