"""Single rows by statements that are put together once.

On the way of one encounter from a door to its score, Django's building of SQL anew at each call takes longer than
PostgreSQL's answer. What stands here writes and reads whole rows of our own models and nothing else; the database
checks them as ever, and whoever needs a query asks Django.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import AutoField, Field, FloatField, JSONField, Model

Row = TypeVar("Row", bound=Model)
Made = Callable[[Any], Any]


def add(row: Model, *, unless: str = "") -> bool:
    """Insert it. `unless` names the columns of a unique constraint: where such a row stands already, False and no error."""
    table = _table(type(row))
    with prepared() as cursor:
        cursor.execute(table.insertion(unless=unless), table.values_of(row))
        found = cursor.fetchone()
    if found is None:
        return False
    row.pk = found[0]
    row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001  as Model.save leaves it
    return True


def put(row: Model, *, one_each: str, changes: tuple[str, ...]) -> None:
    """Insert it, or change these columns of the row that has the same `one_each`."""
    table = _table(type(row))
    with prepared() as cursor:
        cursor.execute(table.insertion(one_each=one_each, changes=changes), table.values_of(row))


def first(model: type[Row], condition: str, values: Sequence[Any]) -> Row | None:
    """The row that fulfils `condition`, which is our own SQL and holds what a statement may end with."""
    table = _table(model)
    with prepared() as cursor:
        cursor.execute(f"{table.selection} WHERE {condition}", values)
        found = cursor.fetchone()
    return None if found is None else model.from_db(connection.alias, table.names, table.read(found))


def read(statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """One row of what only reads. As the first of a request it finds out, too, whether the connection is still one.

    Django asks with a statement of its own. Where the server was restarted, this one is sent again on a new connection.
    """
    link: Any = connections[DEFAULT_DB_ALIAS]  # the stubs do not know its checks
    is_unproven = link.connection is not None and not link.health_check_done and not link.in_atomic_block
    link.health_check_done = True
    try:
        return _read(statement, values)
    except OperationalError:
        if not is_unproven:
            raise
        link.close()
        return _read(statement, values)


def _read(statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    with prepared() as cursor:
        cursor.execute(statement, values)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def durable_with_the_next_commit() -> None:
    """The commit of this transaction does not wait for the disk.

    Only for whoever commits once more before anybody is answered: the log of PostgreSQL is written in order, so that the second
    commit brings the first one to the disk with it, and one wait is saved. What a process leaves that dies in between is there
    all the same; only a crash of the server itself, at that moment, takes it, from a caller who was told nothing yet.
    """
    with prepared() as cursor:
        cursor.execute("SELECT set_config('synchronous_commit', 'off', true)")


def prepared() -> CursorWrapper:
    """A cursor whose statements PostgreSQL reads and plans once for each connection, which for most takes as long as the work.

    Django's own cursors send every statement with its values written into it. Everything else is as with theirs.
    """
    link = connections[DEFAULT_DB_ALIAS]
    link.close_if_health_check_failed()
    link.ensure_connection()
    cursor: Any = ServerBindingCursor(link.connection)  # type: ignore[call-arg]  # the stubs know no psycopg 3
    return link.make_debug_cursor(cursor) if link.queries_logged else link.make_cursor(cursor)


def one(model: type[Row], key: Any) -> Row:
    """The row with this primary key, which is known to be there."""
    found = first(model, f"{_table(model).key} = %s", [key])
    if found is None:
        raise model.DoesNotExist  # type: ignore[attr-defined]  # each model's own
    return found


def partly(model: type[Row], names: Sequence[str], values: Sequence[Any]) -> Row:
    """A row of which only these columns were read, in whatever order; the others are read when they are asked for."""
    return model.from_db(connection.alias, names, [values[place] for place in _order(model, tuple(names))])


@cache
def _order(model: type[Model], names: tuple[str, ...]) -> list[int]:
    """Django takes values in the order of the model's own columns, and tells nobody."""
    columns = [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001  as below
    return sorted(range(len(names)), key=lambda place: columns.index(names[place]))


@cache
def _table(model: type[Model]) -> _Table:
    return _Table(model)


class _Table:
    """What is known of a model's table, once and for all."""

    def __init__(self, model: type[Model]) -> None:
        quote = connection.ops.quote_name
        fields: list[Field[Any, Any]] = list(model._meta.local_concrete_fields)  # noqa: SLF001  Django's own public name for it
        written = [field for field in fields if not isinstance(field, AutoField)]
        self.names = [field.attname for field in fields]
        self._name, self.key = quote(model._meta.db_table), quote(str(model._meta.pk.column))  # noqa: SLF001  as above
        self._columns = [quote(str(field.column)) for field in written]
        self._writers = [(field.attname, _writer(field)) for field in written]
        self._readers = [(place, field) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]
        columns = ", ".join(quote(str(field.column)) for field in fields)
        self.selection = f"SELECT {columns} FROM {self._name}"  # noqa: S608  our own columns
        self._insertions: dict[tuple[str, str, tuple[str, ...]], str] = {}

    def insertion(self, *, unless: str = "", one_each: str = "", changes: tuple[str, ...] = ()) -> str:
        asked = (unless, one_each, changes)
        statement = self._insertions.get(asked)
        if statement is None:
            values = ", ".join(["%s"] * len(self._columns))
            statement = f"INSERT INTO {self._name} ({', '.join(self._columns)}) VALUES ({values})"  # noqa: S608  our own columns
            if unless:
                statement += f" ON CONFLICT ({unless}) DO NOTHING"
            if one_each:
                told = ", ".join(f"{column} = EXCLUDED.{column}" for column in changes)
                statement += f" ON CONFLICT ({one_each}) DO UPDATE SET {told}"
            statement += f" RETURNING {self.key}"
            self._insertions[asked] = statement
        return statement

    def values_of(self, row: Model) -> list[Any]:
        return [write(getattr(row, name)) for name, write in self._writers]

    def read(self, found: Sequence[Any]) -> list[Any]:
        values = list(found)
        for place, field in self._readers:
            values[place] = field.from_db_value(values[place], None, connection)
        return values


def _writer(field: Field[Any, Any]) -> Made:
    if isinstance(field, JSONField):
        return _json
    if isinstance(field, ArrayField) and isinstance(field.base_field, FloatField):
        return _numbers
    return _plain


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _numbers(values: Sequence[float | None]) -> str:
    """As PostgreSQL writes an array, to the last bit: handing over a hundred numbers one by one takes five times as long."""
    return "{" + ",".join(["NULL" if value is None else repr(value) for value in values]) + "}"
