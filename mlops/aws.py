"""Amazon's services as this package uses them: the only module of mlops that names their library.

What a service refuses, or a network that does not answer, becomes one error with a reason that people can read. Waiting is
short and bounded: two seconds to connect, twenty to read, two attempts in all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from mlops.errors import CloudError

__all__ = ["Bucket", "ClientError", "client", "code_of", "refusals"]
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 2, 20, 2
# refusals that will be the same again, whoever asks how often
_FOR_GOOD = {
    "AccessDenied", "AccessDeniedException", "InvalidAccessKeyId", "NoSuchBucket", "ResourceInUse", "ResourceNotFound",
    "SignatureDoesNotMatch", "UnrecognizedClientException", "ValidationException", "AWS.SimpleQueueService.NonExistentQueue",
    "NotFound", "ValidationError",
}  # fmt: skip
_ABSENT = {"404", "NoSuchKey", "NotFound"}


def client(service: str) -> Any:
    """A client of the service, by this deployment's region and endpoint; safe to share between threads."""
    return _client(service, settings.AWS_REGION, settings.AWS_ENDPOINT)


@contextmanager
def refusals(what: str) -> Iterator[None]:
    """Whatever goes wrong inside is told as CloudError: `what` was done, which code came back."""
    try:
        yield
    except ClientError as refused:
        code, text = code_of(refused), refused.response.get("Error", {}).get("Message", "")
        msg = f"{what}: refused ({code}). {text}"[:280]
        raise CloudError(msg, code=code, permanent=code in _FOR_GOOD) from refused
    except BotoCoreError as failed:
        msg = f"{what}: not reached ({type(failed).__name__})."
        raise CloudError(msg, code=type(failed).__name__, permanent=False) from failed


def code_of(refused: ClientError) -> str:
    return str(refused.response.get("Error", {}).get("Code", "unknown"))


class Bucket:
    """The objects under an s3:// address; keys are told relative to it."""

    def __init__(self, address: str) -> None:
        split = urlsplit(address)
        self.name, self._prefix = split.netloc, split.path.strip("/")

    def put(self, key: str, data: bytes) -> None:
        key_of_ours = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": settings.AWS_KMS_KEY} if settings.AWS_KMS_KEY else {}
        with refusals("Storing in S3"):
            client("s3").put_object(Bucket=self.name, Key=self._full(key), Body=data, ChecksumAlgorithm="SHA256", **key_of_ours)

    def get(self, key: str, *, most_bytes: int | None = None) -> bytes | None:
        """None where there is no such object. One of more than `most_bytes` is refused before it is read."""
        with refusals("Reading from S3"):
            try:
                answer = client("s3").get_object(Bucket=self.name, Key=self._full(key))
            except ClientError as refused:
                if code_of(refused) in _ABSENT:
                    return None
                raise
            if most_bytes is not None and answer["ContentLength"] > most_bytes:
                answer["Body"].close()
                msg = f"Reading from S3: {key.rsplit('/', 1)[-1]} has {answer['ContentLength']:,} bytes, more than is taken."
                raise CloudError(msg, code="TooLarge", permanent=True)
            return bytes(answer["Body"].read())

    def exists(self, key: str) -> bool:
        with refusals("Looking in S3"):
            try:
                client("s3").head_object(Bucket=self.name, Key=self._full(key))
            except ClientError as refused:
                if code_of(refused) in _ABSENT:
                    return False
                raise
        return True

    def listed(self, prefix: str = "") -> list[str]:
        top = f"{self._prefix}/" if self._prefix else ""
        with refusals("Listing in S3"):
            pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=top + prefix)
            return [item["Key"].removeprefix(top) for page in pages for item in page.get("Contents", ())]

    def _full(self, key: str) -> str:
        return f"{self._prefix}/{key}" if self._prefix else key


@cache
def _client(service: str, region: str | None, endpoint: str | None) -> Any:
    waiting = Config(
        connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"}, user_agent_appid="wardlight",
    )  # fmt: skip
    return boto3.session.Session().client(service, region_name=region, endpoint_url=endpoint, config=waiting)
