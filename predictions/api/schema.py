"""The published schema: OpenAPI 3.1, made from the doors and their shapes, once for each process."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from django.urls import include, path
from drf_spectacular.contrib.pydantic import PydanticExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.settings import patched_settings
from pydantic.json_schema import JsonSchemaMode, model_json_schema

from clinical.clients.scopes import VERBS
from clinical.doors.door import Door
from predictions.api.links import add_links
from predictions.api.shapes.base import NAME_OF_ENUM, Asked, Told

COMPONENT = "#/components/schemas/{name}"
PREFIX = "api/v1/"
SECURITY = "oauth2"
GROUPS = {
    "encounters": "Stays: told of, scored at once, corrected, read, in batches of up to 1,000 and in jobs of any size.",
    "predictions": "What was said of a stay, why, and what came of it.",
    "follow-ups": "What was done about a stay, and whether the patient came back.",
    "worklist": "The ward's list, ranked.",
    "models": "Which version of the model scores, and its card.",
    "jobs": "Any number of stays at once, as newline-delimited JSON.",
    "health": "Whether this door can score now.",
}


class DoorSchema(AutoSchema):
    """Names the scope that each method of a door asks for."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{SECURITY: [cast("Door", self.view).needs[self.method]]}]


class ShapesExtension(PydanticExtension):  # type: ignore[no-untyped-call]
    """Shapes as pydantic tells them: what is asked for by what is read, what is told by what is written."""

    priority = 1

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        mode: JsonSchemaMode = (
            "validation" if issubclass(self.target, Asked) and not issubclass(self.target, Told) else "serialization"
        )
        schema = model_json_schema(self.target, ref_template=COMPONENT.format(name="{model}"), mode=mode)
        for name, nested in schema.pop("$defs", {}).items():
            _keep(auto_schema, name, nested)
        found: dict[str, Any] = _plain(schema, auto_schema)
        return found


def _keep(auto_schema: Any, name: str, schema: dict[str, Any]) -> None:
    kind, shape = ResolvedComponent.SCHEMA, _plain(schema, auto_schema)
    kept = ResolvedComponent(name=name, type=kind, object=name, schema=shape)  # type: ignore[no-untyped-call]
    auto_schema.registry.register_on_missing(kept)


def _plain(schema: Any, auto_schema: Any) -> Any:
    """Without the titles that pydantic makes of names, and each list of codes once, by its own name."""
    if isinstance(schema, list):
        return [_plain(part, auto_schema) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if NAME_OF_ENUM in schema:
        return _reference(schema, auto_schema)
    untitled = {name: part for name, part in schema.items() if not (name == "title" and isinstance(part, str))}
    return {name: part if name == "examples" else _plain(part, auto_schema) for name, part in untitled.items()}


def _reference(schema: dict[str, Any], auto_schema: Any) -> dict[str, Any]:
    name, codes = schema[NAME_OF_ENUM], schema["enum"]
    _keep(auto_schema, name, {"type": "integer" if isinstance(codes[0], int) else "string", "enum": codes})
    beside = {key: part for key, part in schema.items() if key in {"default", "description"}}
    return {"$ref": COMPONENT.format(name=name), **beside}


def without_names(schema: Any) -> Any:
    """For a parameter, whose lists of codes stand where they are."""
    if isinstance(schema, dict):
        return {name: without_names(part) for name, part in schema.items() if name not in {"title", NAME_OF_ENUM}}
    return schema


@cache
def schema() -> dict[str, Any]:
    """Published at /api/v1/schema."""
    with patched_settings(_SETTINGS):
        ours = [path(PREFIX, include("predictions.api.urls"))]
        generator = SchemaGenerator(patterns=ours, api_version="v1")  # type: ignore[no-untyped-call]
        made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    add_links(made)
    return made


def _scopes() -> dict[str, str]:
    return {scope: words for scope, words in VERBS.items() if not scope.startswith(("system/", "cds."))}


_SETTINGS: dict[str, Any] = {
    "TITLE": "Wardlight",
    "VERSION": "1.0.0",
    "DESCRIPTION": (
        "Tells a ward which of its diabetic inpatients are likely to be back within 30 days of discharge, why, and what"
        " came of it. Refusals are problem details (RFC 9457)."
    ),
    "OAS_VERSION": "3.1.1",
    "POSTPROCESSING_HOOKS": [],
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": f"/{PREFIX}",
    "TAGS": [{"name": name, "description": words} for name, words in GROUPS.items()],
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            SECURITY: {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": _scopes()}},
            }
        }
    },
}
