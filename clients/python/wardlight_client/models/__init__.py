""" Contains all the data models used in inputs/outputs """

from .a1c_result import A1CResult
from .admission_source import AdmissionSource
from .admission_type import AdmissionType
from .band import Band
from .batch import Batch
from .batch_answer import BatchAnswer
from .batch_item import BatchItem
from .discharge_disposition import DischargeDisposition
from .dose_change import DoseChange
from .drug import Drug
from .encounter import Encounter
from .encounter_correction import EncounterCorrection
from .encounter_correction_drugs import EncounterCorrectionDrugs
from .encounter_drugs import EncounterDrugs
from .encounter_facts import EncounterFacts
from .encounter_facts_drugs import EncounterFactsDrugs
from .encounter_page import EncounterPage
from .event import Event
from .event_detail import EventDetail
from .factor import Factor
from .factor_group import FactorGroup
from .fault import Fault
from .follow_up import FollowUp
from .follow_up_kind import FollowUpKind
from .follow_up_page import FollowUpPage
from .follow_up_state import FollowUpState
from .health import Health
from .interval import Interval
from .item_fault import ItemFault
from .job import Job
from .job_page import JobPage
from .job_state import JobState
from .max_glucose_serum import MaxGlucoseSerum
from .model_card import ModelCard
from .model_card_card import ModelCardCard
from .model_name import ModelName
from .model_page import ModelPage
from .model_version import ModelVersion
from .new_follow_up import NewFollowUp
from .not_scored import NotScored
from .outcome import Outcome
from .outcome_report import OutcomeReport
from .patient import Patient
from .patient_correction import PatientCorrection
from .patient_facts import PatientFacts
from .prediction import Prediction
from .prediction_page import PredictionPage
from .problem import Problem
from .race import Race
from .read_worklist_band import ReadWorklistBand
from .read_worklist_follow_up import ReadWorklistFollowUp
from .read_worklist_view import ReadWorklistView
from .readmission import Readmission
from .risk_band import RiskBand
from .scored_encounter import ScoredEncounter
from .sex import Sex
from .story import Story
from .void import Void
from .weight_band import WeightBand
from .why import Why
from .worklist_line import WorklistLine
from .worklist_page import WorklistPage

__all__ = (
    "A1CResult",
    "AdmissionSource",
    "AdmissionType",
    "Band",
    "Batch",
    "BatchAnswer",
    "BatchItem",
    "DischargeDisposition",
    "DoseChange",
    "Drug",
    "Encounter",
    "EncounterCorrection",
    "EncounterCorrectionDrugs",
    "EncounterDrugs",
    "EncounterFacts",
    "EncounterFactsDrugs",
    "EncounterPage",
    "Event",
    "EventDetail",
    "Factor",
    "FactorGroup",
    "Fault",
    "FollowUp",
    "FollowUpKind",
    "FollowUpPage",
    "FollowUpState",
    "Health",
    "Interval",
    "ItemFault",
    "Job",
    "JobPage",
    "JobState",
    "MaxGlucoseSerum",
    "ModelCard",
    "ModelCardCard",
    "ModelName",
    "ModelPage",
    "ModelVersion",
    "NewFollowUp",
    "NotScored",
    "Outcome",
    "OutcomeReport",
    "Patient",
    "PatientCorrection",
    "PatientFacts",
    "Prediction",
    "PredictionPage",
    "Problem",
    "Race",
    "Readmission",
    "ReadWorklistBand",
    "ReadWorklistFollowUp",
    "ReadWorklistView",
    "RiskBand",
    "ScoredEncounter",
    "Sex",
    "Story",
    "Void",
    "WeightBand",
    "Why",
    "WorklistLine",
    "WorklistPage",
)
