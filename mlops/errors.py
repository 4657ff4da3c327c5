"""What can go wrong in the life of a model. The docstring of each error is what its reader is told."""

from __future__ import annotations


class OperationError(Exception):
    """The operation on a model could not be carried out."""

    code = "operation_error"
    status = 422

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class TooFewOutcomesError(OperationError):
    """There are too few encounters with a known outcome to learn from."""

    code = "too_few_outcomes"


class PromotionRefusedError(OperationError):
    """This version cannot become champion."""

    code = "promotion_refused"
    status = 409
