"""Notes to a webhook, signed as Standard Webhooks has it: HMAC-SHA256 over id.timestamp.body, one signature for each live key.

The address is an administrator's, and still it is not trusted: `clinical.egress` says what may be asked and how.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import time

from django.conf import settings

from clinical.egress import AddressRefusedError, Target, ask, target_at
from mlops.errors import NotDeliveredError
from mlops.notifications.base import Note, Receiver

SECONDS = 10
SECRET_PREFIX = "whsec_"  # noqa: S105  how such a secret begins, and none itself
_TAKEN, _TOO_MANY, _SERVER = range(200, 300), 429, 500


class WebhookNotifier:
    """One POST for one note. Any answer but 2xx is a refusal; 4xx is one for good, but for "too many requests"."""

    def send(self, note: Note, receiver: Receiver) -> None:
        target, body = allowed(receiver.address), note.as_json()
        headers = {"Content-Type": "application/json", "User-Agent": "Wardlight", **signed(note.id, body, receiver.secrets)}
        try:
            status = ask(target, "POST", body=body, headers=headers, seconds=SECONDS).status
        except AddressRefusedError as error:
            raise NotDeliveredError(_REFUSED, permanent=True) from error
        except (OSError, http.client.HTTPException) as error:
            msg = f"The webhook was not reached ({type(error).__name__})."
            raise NotDeliveredError(msg) from error
        if status not in _TAKEN:
            msg = f"The webhook answered {status}."
            raise NotDeliveredError(msg, permanent=status < _SERVER and status != _TOO_MANY)


def signed(note_id: str, body: bytes, secrets: tuple[str, ...], *, now: int | None = None) -> dict[str, str]:
    """The three headers; a receiver that knows any of the live keys finds a signature that fits."""
    sent_at = str(int(time.time()) if now is None else now)
    content = b".".join([note_id.encode(), sent_at.encode(), body])
    signatures = [base64.b64encode(hmac.new(key_of(secret), content, hashlib.sha256).digest()).decode() for secret in secrets]
    return {
        "webhook-id": note_id, "webhook-timestamp": sent_at,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }  # fmt: skip


def key_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX))


def allowed(address: str) -> Target:
    """The address taken apart, or a refusal for good."""
    try:
        return target_at(address, hosts=settings.WEBHOOK_HOSTS)
    except AddressRefusedError as error:
        raise NotDeliveredError(_REFUSED, permanent=True) from error


_REFUSED = "The webhook's address is not one that may be sent to (https, a listed host, a public address)."
