"""What the documents tell a system to call is called as it stands there, against a server of its own process."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from config.environment import ROOT
from tests.databases import FreshDatabase
from tests.served import environment

SERVE = """
import django, json
django.setup()
from wsgiref.simple_server import make_server
from clinical.clients import registering
from clinical.models import CareUnit
from config.wsgi import application
unit = CareUnit.objects.create(code="CARD", name="Cardiology")
issued = registering.admit(name="Hospital EHR", by=None)
registering.grant(client=issued.credential.client, unit=unit, scopes=["encounter.read", "worklist.read"], by=None)
server = make_server("127.0.0.1", 0, application)
told = {"CLIENT_ID": issued.client_id, "CLIENT_SECRET": issued.secret, "ADDRESS": f"http://127.0.0.1:{server.server_port}"}
print(json.dumps(told), flush=True)
server.serve_forever()
"""
ONCE_MORE = """
echo
curl -s -o /dev/null -w '%{http_code}' "$ADDRESS/api/v1/worklist" -H "Authorization: Bearer $TOKEN"
"""


@pytest.mark.processes
def test_the_calls_of_the_documents_run(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> None:
    section = (ROOT / "docs/ehr.md").read_text().partition("## Client identity")[2].partition("\n## ")[0]
    calls = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)
    own = environment(fresh_database, tmp_path_factory.mktemp("documents"))
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**own, "DJANGO_SETTINGS_MODULE": "config.settings", "WARDLIGHT_ROLE": "api"},
    )  # fmt: skip
    try:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        done = subprocess.run(
            ["/bin/bash", "-eu"], input="\n".join([*calls, ONCE_MORE]), env={**told, "PATH": "/usr/bin:/bin"},
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    finally:
        server.kill()
        server.communicate()
    worklist, after_giving_back = done.stdout.strip().split("\n")
    assert json.loads(worklist)["items"] == []
    assert after_giving_back == "401"
