"""What SMART's `.well-known/smart-configuration` says of our token endpoint (SMART App Launch 2.2, Conformance)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from rest_framework.request import Request

from clinical.clients.addresses import address_of
from clinical.clients.assertions import ALGORITHMS
from clinical.clients.scopes import VERBS
from clinical.clients.tokens import CLIENT_CREDENTIALS


def smart_configuration(request: HttpRequest | Request) -> dict[str, Any]:
    """For the site and for the base of its FHIR server alike. There is no sign-in of people here, so no such endpoint."""
    return {
        "token_endpoint": address_of(request, reverse("token")),
        "revocation_endpoint": address_of(request, reverse("token-revoke")),
        "grant_types_supported": [CLIENT_CREDENTIALS],
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "client_secret_post"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "scopes_supported": list(VERBS),
        "capabilities": ["client-confidential-asymmetric", "client-confidential-symmetric", "permission-v1", "permission-v2"],
    }
