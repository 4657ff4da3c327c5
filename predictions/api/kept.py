"""What never changes once it is written, read once for each process: schemas of features and the names of versions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from predictions.api.shapes.scores import ModelName
from predictions.explain import Explainer
from predictions.models import FeatureSchema, ModelVersion

_SCHEMAS, _VERSIONS = 8, 64


@lru_cache(_SCHEMAS)
def definition_of(schema_hash: str) -> Mapping[str, Any]:
    definition: Mapping[str, Any] = FeatureSchema.objects.get(pk=schema_hash).definition
    return definition


@lru_cache(_SCHEMAS)
def explainer_of(schema_hash: str) -> Explainer:
    return Explainer(definition_of(schema_hash))


def model_name_of(version_id: int) -> ModelName:
    public_id, name, number = _version(version_id)
    return ModelName(id=public_id, name=name, number=number)


@lru_cache(_VERSIONS)
def _version(version_id: int) -> tuple[Any, str, int]:
    return ModelVersion.objects.values_list("public_id", "name", "number").get(pk=version_id)
