"""Channels and their secrets: made here, kept encrypted with a key of their own, shown once."""

from __future__ import annotations

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet
from django.conf import settings

from mlops.models import NotificationChannel
from mlops.notifications.base import Receiver
from mlops.notifications.webhook import SECRET_PREFIX

SECRET_BYTES = 32


def new_secret(channel: NotificationChannel) -> str:
    """A new signing secret, to be given to the receiver. The one before signs too, until the next change."""
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    channel.sealed_secret_before = channel.sealed_secret
    channel.sealed_secret = _cipher().encrypt(secret.encode()).decode()
    return secret


def receiver_of(channel: NotificationChannel, *, address: str) -> Receiver:
    sealed = [value for value in (channel.sealed_secret, channel.sealed_secret_before) if value]
    return Receiver(address, tuple(_cipher().decrypt(value.encode()).decode() for value in sealed))


def _cipher() -> Fernet:
    # a key of its own, so that a token of another kind can never stand in for a secret
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"ward channels").digest()
    return Fernet(base64.urlsafe_b64encode(key))
