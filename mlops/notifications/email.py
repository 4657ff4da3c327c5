"""Notes by e-mail, through Django's mail backend: an SMTP server where one is set."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import EmailMessage

from mlops.errors import NotDeliveredError
from mlops.notifications.base import Note, Receiver

_PERMANENT = 500


class EmailNotifier:
    """One message to one address; the subject line is one line, whatever it was made of."""

    def send(self, note: Note, receiver: Receiver) -> None:
        subject = " ".join(f"[Wardlight {note.severity}] {note.subject}".split())
        message = EmailMessage(subject, note.as_text(), to=[receiver.address], headers={"Message-ID": f"<{note.id}@wardlight>"})
        try:
            taken = message.send()
        except SMTPRecipientsRefused as refused:
            codes = [code for code, _reason in refused.recipients.values()]
            msg = f"The mail server refused the address ({codes[0]})."
            raise NotDeliveredError(msg, permanent=min(codes) >= _PERMANENT) from refused
        except SMTPResponseException as refused:
            msg = f"The mail server answered {refused.smtp_code}."
            raise NotDeliveredError(msg, permanent=refused.smtp_code >= _PERMANENT) from refused
        except OSError as error:
            msg = f"The mail server was not reached ({type(error).__name__})."
            raise NotDeliveredError(msg) from error
        if not taken:
            raise NotDeliveredError
