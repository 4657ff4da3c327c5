"""The rows of the predictions package, one file a noun."""

from predictions.models.cds_card import CdsCard, CdsFeedback, CdsOutcome
from predictions.models.encounter_job import EncounterJob, EncounterJobPart, JobState
from predictions.models.inbound_message import InboundMessage, MessageState
from predictions.models.model_version import MODEL_NAME, FeatureSchema, ModelStatus, ModelVersion
from predictions.models.prediction import Prediction
from predictions.models.prediction_void import PredictionVoid, VoidReason
from predictions.models.serving_process import ServingProcess
from predictions.models.upload import Upload, UploadFindings, UploadPart, UploadState
from predictions.models.worklist_entry import WorklistEntry

__all__ = [
    "MODEL_NAME",
    "CdsCard",
    "CdsFeedback",
    "CdsOutcome",
    "EncounterJob",
    "EncounterJobPart",
    "FeatureSchema",
    "InboundMessage",
    "JobState",
    "MessageState",
    "ModelStatus",
    "ModelVersion",
    "Prediction",
    "PredictionVoid",
    "ServingProcess",
    "Upload",
    "UploadFindings",
    "UploadPart",
    "UploadState",
    "VoidReason",
    "WorklistEntry",
]
