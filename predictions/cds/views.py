"""The doors that CDS Hooks 2.0 describes: discovery, the service, and its feedback."""

from __future__ import annotations

from typing import ClassVar, cast

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from clinical.clients.authentication import CDS_CALL, HookAuthentication
from clinical.doors.door import Door
from clinical.models import User
from predictions.cds import feedback
from predictions.cds.answering import answer
from predictions.cds.cards import Addresses
from predictions.cds.discovery import SERVICE_ID, services
from predictions.cds.errors import NoSuchServiceError
from predictions.cds.requests import read_call

ICON = "images/card-100.png"


class CdsDoor(Door):
    """A door to which the EHR signs each call, discovery too."""

    authentication_classes = (HookAuthentication,)


class Discovery(CdsDoor):
    """Which services there are, for whom may call them."""

    needs: ClassVar[dict[str, str]] = {"GET": CDS_CALL}

    def get(self, request: Request) -> Response:
        return Response({"services": services()})


class Service(CdsDoor):
    """Cards for one moment of the work."""

    needs: ClassVar[dict[str, str]] = {"POST": CDS_CALL}

    def post(self, request: Request, service_id: str) -> Response:
        _must_be_ours(service_id)
        call = read_call(request.data)
        cards = answer(
            call=call, client=cast("User", request.user), units=self.units, addresses=_addresses(request)
        )  # fmt: skip
        return Response({"cards": cards})


class Feedback(CdsDoor):
    """What became of cards."""

    needs: ClassVar[dict[str, str]] = {"POST": CDS_CALL}

    def post(self, request: Request, service_id: str) -> Response:
        _must_be_ours(service_id)
        reports = feedback.read_feedback(request.data)
        feedback.take(reports, client=cast("User", request.user), units=self.units)
        return Response({})


def _must_be_ours(service_id: str) -> None:
    if service_id != SERVICE_ID:
        raise NoSuchServiceError


def _addresses(request: Request) -> Addresses:
    pages = settings.PUBLIC_ADDRESS or request.build_absolute_uri("/").rstrip("/")
    return Addresses(
        encounter=pages + "/encounters/{encounter}/",
        source=f"{pages}/",
        icon=pages + static(ICON),
        smart_launch=pages + reverse("smart-launch") if settings.SMART_ISSUERS else "",
    )
