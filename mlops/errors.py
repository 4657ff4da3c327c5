"""What can go wrong in the life of a model. The docstring of each error is what its reader is told."""

from __future__ import annotations


class OperationError(Exception):
    """The operation on a model could not be carried out."""

    code = "operation_error"
    status = 422
    permanent = True  # whether the same again would end the same

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class TooFewOutcomesError(OperationError):
    """There are too few encounters with a known outcome to learn from."""

    code = "too_few_outcomes"


class PromotionRefusedError(OperationError):
    """This version cannot become champion."""

    code = "promotion_refused"
    status = 409


class LakeTableMissingError(OperationError):
    """The lake holds no such table yet."""

    code = "lake_table_missing"
    status = 404


class LakeVersionMissingError(OperationError):
    """The table has no such version."""

    code = "lake_version_missing"
    status = 404


class LakeBusyError(OperationError):
    """Too many others wrote to the table at the same time; nothing was stored. Try again."""

    code = "lake_busy"
    status = 503


class ForeignSchemaError(OperationError):
    """The lake holds features of another definition than this code's."""

    code = "foreign_feature_schema"
    status = 409


class FeaturesMissingError(OperationError):
    """No features were made from this version of the raw table."""

    code = "features_missing"
    status = 404


class MixedOriginsError(OperationError):
    """A lake holds the encounters of a file or those of a database, which number them differently; never both."""

    code = "mixed_origins"
    status = 409


class EngineDisagreesError(OperationError):
    """This engine computes the golden rows' features differently from the one that the models were made with."""

    code = "engine_disagrees"
    status = 409


class NotInValidationError(OperationError):
    """The validation holds no such engine."""

    code = "not_in_validation"
    status = 404


class StudyRefusedError(OperationError):
    """The file holds a study of another search."""

    code = "study_refused"


class NotYet(Exception):  # noqa: N818  a state, and no error
    """The step goes on elsewhere: look again in some seconds."""

    def __init__(self, *, seconds: float, done: int = 0, total: int = 0) -> None:
        super().__init__(f"look again in {seconds:g} s")
        self.seconds, self.done, self.total = seconds, done, total


class RunInFlightError(OperationError):
    """A training run of this model is in flight already: wait for its end, or cancel it."""

    code = "run_in_flight"
    status = 409


class CancelRefusedError(OperationError):
    """This run cannot be cancelled."""

    code = "cancel_refused"
    status = 409


class DecisionRefusedError(OperationError):
    """This decision cannot be taken."""

    code = "decision_refused"
    status = 409


class NothingToRollBackError(OperationError):
    """No version was in office before the champion."""

    code = "nothing_to_roll_back"
    status = 409


class BlobMissingError(OperationError):
    """A file of training is not where it was kept."""

    code = "blob_missing"
    status = 404


class CloudError(OperationError):
    """A service outside refused, or was not reached."""

    code = "cloud_error"
    status = 503

    def __init__(self, message: str | None = None, *, code: str = "", permanent: bool = False) -> None:
        super().__init__(message)
        self.reason, self.permanent = code, permanent


class FrozenDataRefusedError(OperationError):
    """The frozen training data are not what was frozen."""

    code = "frozen_data_refused"
    status = 409


class TrainingFailedError(OperationError):
    """The training job ended without a model."""

    code = "training_failed"

    def __init__(self, message: str | None = None, *, permanent: bool = True) -> None:
        super().__init__(message)
        self.permanent = permanent


class TrainedArtefactRefusedError(OperationError):
    """What the training job left is not a whole model, or not the one that it reports; nothing was stored."""

    code = "trained_artefact_refused"
    status = 409


class RegisterUnavailableError(OperationError):
    """The register of models cannot be reached; what it should know is told to it later."""

    code = "register_unavailable"
    status = 503
    permanent = False


class RegisterRefusedError(OperationError):
    """The register of models refused what it was told."""

    code = "register_refused"
    status = 409

    def __init__(self, message: str | None = None, *, reason_code: str = "") -> None:
        super().__init__(message)
        self.reason_code = reason_code


class GateProfileMissingError(OperationError):
    """There is no such gate profile."""

    code = "gate_profile_missing"
    status = 404


class GateProfileRefusedError(OperationError):
    """The gate profiles cannot be read."""

    code = "gate_profile_refused"


class PackRefusedError(OperationError):
    """This is no evidence pack."""

    code = "pack_refused"


class NoteMissingError(OperationError):
    """Say in a sentence what was found: at least ten characters."""

    code = "note_missing"


class IncidentClosedError(OperationError):
    """This incident has been closed already."""

    code = "incident_closed"
    status = 409


class NotDeliveredError(OperationError):
    """The receiver was not reached, or did not take the notification."""

    code = "not_delivered"
    status = 503

    def __init__(self, message: str | None = None, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class ChampionNotComparableError(OperationError):
    """The champion cannot be read, so that nothing can be compared with it."""

    code = "champion_not_comparable"


class EncounterUnknownError(OperationError):
    """There is no encounter with this id."""

    code = "encounter_unknown"
    status = 404


class MomentRefusedError(OperationError):
    """This moment cannot be asked about."""

    code = "moment_refused"


class NotScoredYetError(OperationError):
    """No model had scored this encounter by then."""

    code = "not_scored_yet"
    status = 404


class NoApiAddressError(OperationError):
    """Set WARDLIGHT_API_ADDRESS to where other systems reach this site: the checks go through that door."""

    code = "no_api_address"
    status = 409


class ConformanceInFlightError(OperationError):
    """The checks are being carried out already: wait for their report."""

    code = "conformance_in_flight"
    status = 409
