"""Amazon's services as the tests know them: moto's server on this machine, with made-up credentials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

REGION, BUCKET = "eu-west-1", "wardlight-training"
ROLE = "arn:aws:iam::123456789012:role/wardlight-training"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_SESSION_TOKEN": "testing"}


def started() -> tuple[ThreadedMotoServer, str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return server, f"http://{host}:{port}"


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    server, address = started()
    yield address
    server.stop()


@pytest.fixture
def cloud(moto_server: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty account with one bucket, which the settings point at."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    settings.AWS_ENDPOINT, settings.AWS_REGION = moto_server, REGION
    settings.SAGEMAKER_ROLE, settings.SAGEMAKER_IMAGE = ROLE, "123456789012.dkr.ecr.eu-west-1.amazonaws.com/wardlight:1"
    _reset(moto_server)
    from mlops import aws  # noqa: PLC0415  read after the settings

    aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield moto_server
    _reset(moto_server)


def job_in_moto(name: str) -> Any:
    """The row that moto keeps of a training job: what a test moves where SageMaker would."""
    from moto.sagemaker.models import sagemaker_backends  # noqa: PLC0415  a large import

    return sagemaker_backends["123456789012"][REGION].training_jobs[name]


def _reset(address: str) -> None:
    from urllib.request import Request, urlopen  # noqa: PLC0415

    with urlopen(Request(f"{address}/moto-api/reset", method="POST"), timeout=10) as answer:  # noqa: S310  our own server
        assert answer.status == 200
