"""Run as a process of its own, on a database where what is done is committed: one key, fifty callers at the same moment."""

from __future__ import annotations

import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

CALLERS = 50


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django  # noqa: PLC0415  set up first

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import override_settings  # noqa: PLC0415

    from clinical.models import KeptReply  # noqa: PLC0415
    from tests.clinical.door_urls import Counter  # noqa: PLC0415
    from tests.doors import client_with  # noqa: PLC0415
    from tests.factories import CareUnitFactory  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver"]
    token = client_with(unit=CareUnitFactory()).token
    start = threading.Barrier(CALLERS)

    def call(key: str) -> tuple[int, str]:
        caller = Client(headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key})
        start.wait()
        answer = caller.post("/counter", {"a": 1}, content_type="application/json")
        connection.close()
        return answer.status_code, answer.content.decode() if answer.status_code == 201 else answer.json()["code"]

    with override_settings(ROOT_URLCONF="tests.clinical.door_urls"), ThreadPoolExecutor(CALLERS) as threads:
        first = list(threads.map(call, ["k1"] * CALLERS))
        again = list(threads.map(call, ["k1"] * CALLERS))
    kept = KeptReply.objects.count()
    sys.stdout.write(json.dumps({"effects": Counter.count, "kept": kept, "first": first, "again": again}))


if __name__ == "__main__":
    main()
