"""What can go wrong with a prediction. The docstring of each error is what its reader is told."""

from __future__ import annotations


class PredictionError(Exception):
    """The score could not be made."""

    code = "prediction_error"
    status = 503
    may_pass = True  # whether trying again later, with nothing changed about the encounter, can help

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class CannotReturnError(PredictionError):
    """The stay ended in death or hospice care, so no readmission can follow."""

    code = "cannot_return"
    status = 422
    may_pass = False


class FeatureOutOfRangeError(PredictionError):
    """A recorded value lies outside the range that the model was made for."""

    code = "feature_out_of_range"
    status = 422
    may_pass = False


class NoChampionError(PredictionError):
    """No model has been promoted yet."""

    code = "no_champion"


class ArtefactMissingError(PredictionError):
    """The model's file is not in the artefact store."""

    code = "artefact_missing"


class ArtefactRefusedError(PredictionError):
    """The model's file is not what was recorded for it."""

    code = "artefact_refused"


class ArtefactTooLargeError(ArtefactRefusedError):
    """The model's file is larger than any model; it was not read."""

    code = "artefact_too_large"


class NotSignedError(ArtefactRefusedError):
    """The model's version is not signed."""

    code = "not_signed"


class SignatureRefusedError(ArtefactRefusedError):
    """The signature does not fit what is recorded of the model's version."""

    code = "signature_refused"


class SigningKeyMissingError(PredictionError):
    """A model's version can be recorded only where WARDLIGHT_SIGNING_KEY is set."""

    code = "signing_key_missing"


class TrialTimedOutError(ArtefactRefusedError):
    """The trial of the model's file took too long."""

    code = "trial_timed_out"


class SchemaMismatchError(ArtefactRefusedError):
    """The model was trained on other features than this version of the software computes."""

    code = "schema_mismatch"


class SelfTestFailedError(ArtefactRefusedError):
    """The model does not give the answers that were recorded with it."""

    code = "self_test_failed"


class NoSpreadError(ArtefactRefusedError):
    """The model has no spread, so its scores have no intervals."""

    code = "no_spread"


class LearnerMissingError(PredictionError):
    """The library that this learner is fitted with is not installed."""

    code = "learner_missing"


class ParametersRefusedError(PredictionError):
    """The learner has no such parameters."""

    code = "parameters_refused"
    status = 422
    may_pass = False
