"""`manage.py serve_mllp`: takes ADT messages of one sender over MLLP until it is told to end."""

from __future__ import annotations

import signal
import ssl
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinical.models import EhrClient
from predictions.hl7v2.replaying import replay
from predictions.hl7v2.serving import MllpServer, is_loopback, tls_context


class Command(BaseCommand):
    """See the module."""

    help = "Take HL7 v2 ADT messages over MLLP, from one registered EHR client."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client", required=True, help="name of the EHR client whose messages these are")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=2575)
        parser.add_argument("--certificate", default="", metavar="FILE", help="PEM; with --key the line is TLS")
        parser.add_argument("--key", default="", metavar="FILE")
        parser.add_argument("--client-ca", default="", metavar="FILE", help="take only senders with a certificate of this CA")
        parser.add_argument("--plaintext", action="store_true", help="no TLS, though others than this host can connect")

    def handle(self, *args: Any, **options: Any) -> None:
        client = EhrClient.objects.filter(name=options["client"], is_active=True).select_related("user").first()
        if client is None:
            msg = f"No EHR client in use is named {options['client']}."
            raise CommandError(msg)
        for message, code in replay(client=client):
            self.stdout.write(f"{message}: {code}")
        with self._server(client, options) as server:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda _number, _frame: server.end())
            host, port = server.server_address[:2]
            self.stdout.write(f"Taking messages of {client.name} at {host!s}:{port}")
            self.stdout.flush()
            server.serve_forever(poll_interval=0.2)

    def _server(self, client: EhrClient, options: dict[str, Any]) -> MllpServer:
        tls = None
        try:
            if options["certificate"]:
                tls = tls_context(certificate=options["certificate"], key=options["key"], client_ca=options["client_ca"])
            elif not is_loopback(options["host"]) and not options["plaintext"]:
                msg = "Others than this host could read along: give --certificate and --key, or say --plaintext."
                raise CommandError(msg)
            return MllpServer((options["host"], options["port"]), client=client, tls=tls)
        except (ssl.SSLError, OSError) as error:
            msg = f"The line cannot be opened: {error}"
            raise CommandError(msg) from None
