"""Notes to an SNS topic."""

from __future__ import annotations

from mlops import aws
from mlops.errors import CloudError, NotDeliveredError
from mlops.notifications.base import Note, Receiver

LONGEST_SUBJECT = 100  # SNS takes no more


class SnsNotifier:
    """One publication for one note; severity and kind travel as attributes, for filters of subscriptions."""

    def send(self, note: Note, receiver: Receiver) -> None:
        attributes = {"severity": note.severity, "kind": note.kind, "id": note.id}
        subject = f"Wardlight {note.severity}: {note.subject}".encode("ascii", "replace").decode()[:LONGEST_SUBJECT].strip()
        try:
            with aws.refusals("Publishing to SNS"):
                aws.client("sns").publish(
                    TopicArn=receiver.address, Message=note.as_json().decode(), Subject=subject,
                    MessageAttributes={
                        name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
                    },
                )  # fmt: skip
        except CloudError as error:
            raise NotDeliveredError(str(error), permanent=error.permanent) from error
