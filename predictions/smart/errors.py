"""Why a launch came to nothing. The page tells it; the log keeps the code alone."""

from __future__ import annotations

from clinical.errors import ClinicalError


class LaunchRefusedError(ClinicalError):
    """The launch was not one that can be followed. Start it again from the EHR."""

    code = "launch_refused"


class UnknownIssuerError(LaunchRefusedError):
    """This EHR may not launch here. An operator lists it in WARDLIGHT_SMART_ISSUERS."""

    code = "unknown_issuer"


class ConfigurationRefusedError(LaunchRefusedError):
    """What the EHR says of its own sign-in cannot be used."""

    code = "ehr_configuration_refused"
    status = 502


class EhrNotReachedError(LaunchRefusedError):
    """The EHR's sign-in did not answer. Start again from the EHR in a moment."""

    code = "ehr_not_reached"
    status = 502


class CodeRefusedError(LaunchRefusedError):
    """The EHR did not confirm this sign-in. Start it again from the EHR."""

    code = "ehr_refused"
    status = 403


class IdentityRefusedError(LaunchRefusedError):
    """The EHR's word on who you are could not be verified."""

    code = "identity_refused"
    status = 403


class NotLinkedError(LaunchRefusedError):
    """Your EHR account is linked to none here. Ask an administrator to link it."""

    code = "not_linked"
    status = 403
