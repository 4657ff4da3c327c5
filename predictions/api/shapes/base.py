"""The two kinds of shape, and the types that JSON has no word for.

Shapes check types, lengths and codes, and know nothing else: whether facts can be true, the verbs say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

NAME_OF_ENUM = "x-enum-name"
Time = TypeVar("Time", bound=date)


class Asked(BaseModel):
    """What somebody sends: whatever is not declared is refused, and nothing is taken for another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Told(BaseModel):
    """What is answered: every member is always there, and null says that it is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


@dataclass(frozen=True)
class OneOf:
    """A value of a list of codes; the list is a schema of its own, by its name."""

    name: str
    values: tuple[Any, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        known, message = frozenset(self.values), f"must be one of {', '.join(repr(value) for value in self.values)}"

        def check(value: Any) -> Any:
            if value not in known:
                raise ValueError(message)
            return value

        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "enum": list(self.values), NAME_OF_ENUM: self.name}


def one_of(name: str, values: Iterable[Any]) -> OneOf:
    return OneOf(name, tuple(values))


def _moment(value: object) -> object:
    """In UTC: PostgreSQL knows no offset beyond 16 hours, and RFC 3339 those up to 24."""
    words = "must be a date and time with its offset from UTC, such as 2026-11-02T08:30:00Z"
    moment = _parsed(datetime, value, words)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment
    except OverflowError:
        raise ValueError(words) from None


def _uuid(value: object) -> object:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        msg = "must be a UUID such as 3f0c0f6e-5f0d-4c88-9f1e-2f4f7b7f6a11"
        raise ValueError(msg)
    return UUID(value)


def _day(value: object) -> object:
    return _parsed(date, value, "must be a day such as 1951-04-02")


def _parsed(kind: type[Time], value: object, otherwise: str) -> Time:
    """A text as RFC 3339 has it; pydantic would take the seconds since 1970 for a time, too."""
    if not isinstance(value, str) or not value.isascii() or len(value) > _LONGEST_TIME:
        raise ValueError(otherwise)
    try:
        return kind.fromisoformat(value)
    except ValueError:
        raise ValueError(otherwise) from None


_LONGEST_TIME = 40
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
UuidText = Annotated[UUID, BeforeValidator(_uuid)]
Day = Annotated[date, BeforeValidator(_day)]
