"""A door of the tests' own, with nothing behind it but a counter."""

from __future__ import annotations

import threading
from typing import ClassVar

from django.urls import path
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from clinical.doors.door import Door, in_scope
from clinical.errors import FactsRefusedError, Fault, VersionConflictError
from clinical.models import Encounter


class Counter(Door):
    needs: ClassVar[dict[str, str]] = {"GET": "encounter.read", "POST": "encounter.write"}
    count: ClassVar[int] = 0
    meet: ClassVar[threading.Barrier | None] = None

    @in_scope
    def get(self, _request: Request) -> Response:
        return Response({"stays": Encounter.objects.count(), "units": [unit.code for unit in self.units]})

    def post(self, request: Request) -> Response:
        sent = request.data
        if sent == "refused":
            raise FactsRefusedError([Fault("unit", "is none"), Fault("sex", "is none")])
        if sent == "past":
            raise VersionConflictError
        if sent == "nowhere":
            raise NotFound
        if sent == "broken":
            msg = "a secret of Miriam Okafor"
            raise RuntimeError(msg)
        Counter.count += 1
        return Response({"count": Counter.count, "sent": sent}, status=201, headers={"ETag": f'"{Counter.count}"'})


urlpatterns = [path("counter", Counter.as_view(), name="counter"), path("another", Counter.as_view(), name="another")]
