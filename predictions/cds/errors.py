"""What can go wrong with a call for cards. None of it is ever an empty list: that would say that there is nothing to tell."""

from __future__ import annotations

from clinical.errors import ClinicalError, FactsRefusedError


class CallRefusedError(FactsRefusedError):
    """The call is not what CDS Hooks 2.0 describes; no card was made."""

    code = "call_refused"
    status = 400


class NoSuchServiceError(ClinicalError):
    """There is no such CDS service; discovery lists those that there are."""

    code = "no_such_service"
    status = 404


class DataNotObtainedError(ClinicalError):
    """What the answer needs is neither on record nor in the prefetch, and this service calls no FHIR server."""

    code = "data_not_obtained"
    status = 412


class NoSuchCardError(FactsRefusedError):
    """The feedback names a card that was never given to this client; nothing of it was stored."""

    code = "no_such_card"
    status = 404
