"""The rows of the predictions package, one file a noun."""

from predictions.models.model_version import FeatureSchema, ModelStatus, ModelVersion
from predictions.models.prediction import Prediction
from predictions.models.worklist_entry import WorklistEntry

__all__ = ["FeatureSchema", "ModelStatus", "ModelVersion", "Prediction", "WorklistEntry"]
