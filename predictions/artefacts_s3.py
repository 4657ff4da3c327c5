"""Models in a bucket: the only module of predictions that names Amazon's library.

A store that does not answer must not hold a scoring process up: it waits two seconds to connect and twenty to read, asks
twice, and then says that the model is missing, whereupon the champion in memory goes on.
"""

from __future__ import annotations

from contextlib import closing
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from predictions.artefacts import MOST_BYTES, refuse_too_large
from predictions.engines.artefact import sha256_of
from predictions.errors import ArtefactMissingError

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 2, 20, 2


class S3Store:
    """One object a model under an s3:// address."""

    def __init__(self, address: str, *, most_bytes: int = MOST_BYTES) -> None:
        split, self._most_bytes = urlsplit(address), most_bytes
        self._bucket, self._prefix = split.netloc, split.path.strip("/")

    def put(self, data: bytes) -> str:
        sha256 = sha256_of(data)
        refuse_too_large(sha256, len(data), most_bytes=self._most_bytes)
        own_key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": settings.AWS_KMS_KEY} if settings.AWS_KMS_KEY else {}
        try:
            # the service computes the checksum again, so that half an upload is never kept
            _client().put_object(Bucket=self._bucket, Key=self._key(sha256), Body=data, ChecksumAlgorithm="SHA256", **own_key)
        except (ClientError, BotoCoreError) as error:
            msg = f"The model's file {sha256[:12]}... cannot be stored in the bucket ({_reason(error)})."
            raise ArtefactMissingError(msg) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        try:
            data = self._read(sha256)
        except (ClientError, BotoCoreError, OSError) as error:
            msg = f"The model's file {sha256[:12]}... cannot be read from the bucket ({_reason(error)})."
            raise ArtefactMissingError(msg) from error
        if data is None:
            msg = f"The model's file {sha256[:12]}... in the bucket is not whole."
            raise ArtefactMissingError(msg)
        return data

    def _read(self, sha256: str) -> bytes | None:
        """None where the object is empty, or its body ends before its length."""
        answer = _client().get_object(Bucket=self._bucket, Key=self._key(sha256))
        with closing(answer["Body"]) as body:
            refuse_too_large(sha256, answer["ContentLength"], most_bytes=self._most_bytes)
            data = bytes(body.read())
        return data if 0 < len(data) == answer["ContentLength"] else None

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}/{sha256}.model" if self._prefix else f"{sha256}.model"


def _client() -> Any:
    return _made(settings.AWS_REGION, settings.AWS_ENDPOINT)


@cache
def _made(region: str | None, endpoint: str | None) -> Any:
    waiting = Config(
        connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"}, user_agent_appid="wardlight",
    )  # fmt: skip
    return boto3.session.Session().client("s3", region_name=region, endpoint_url=endpoint, config=waiting)


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "unknown"))
    return type(error).__name__
