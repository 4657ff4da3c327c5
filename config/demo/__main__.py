"""What `bin/demo` runs once its virtual environment stands."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from config.demo.data import choose_data
from config.demo.processes import Processes, free_port_from
from config.demo.register import start_register
from config.embedded import EmbeddedServerError
from config.local import local_environment

DEFAULT_PORT = 8000
SYNTHETIC_DATABASE = "wardlight_synthetic"
DEFAULT_SYNTHETIC_ENCOUNTERS = 20_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare, serve and wait for Ctrl-C, or check and leave. Returns the exit status."""
    options = _options(arguments)
    for ending in (signal.SIGINT, signal.SIGTERM):  # also where a shell started us with Ctrl-C ignored
        signal.signal(ending, _as_interrupt)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # our lines and our children's in the order in which they were said
    try:
        return _run(options)
    except KeyboardInterrupt:
        sys.stdout.write("\nStopped.\n")
        return 130
    except EmbeddedServerError as trouble:
        sys.stderr.write(f"wardlight: {trouble}\n")
        return 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description="Runs Wardlight on this machine: real servers, the UCI data set or a synthetic cohort, a login per role.",
    )
    parser.add_argument("--check", action="store_true", help="walk the main pages as each role, print a line a check, stop")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="first port to try (%(default)s)")
    parser.add_argument("--synthetic", action="store_true", help="use the synthetic cohort even where the data set is found")
    parser.add_argument("--encounters", type=int, default=DEFAULT_SYNTHETIC_ENCOUNTERS, help="size of a synthetic cohort")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> int:
    dataset = None if options.synthetic else choose_data()
    if dataset is None:
        # a small synthetic cohort cannot show what the default gate asks for; the profile of its own says so
        os.environ.setdefault("WARDLIGHT_GATE_PROFILE", "demonstration")
    if dataset is None and "DATABASE_URL" not in os.environ:
        # two cohorts on one worklist would be two truths, so each has a database of its own
        os.environ["WARDLIGHT_DATABASE"] = SYNTHETIC_DATABASE
    with local_environment(os.environ) as missing:
        os.environ.update({"DJANGO_SETTINGS_MODULE": "config.settings", **missing})
        try:
            with Processes(Path("var/log")) as processes:
                source = ["--synthetic", str(options.encounters)] if dataset is None else ["--dataset", str(dataset)]
                register = start_register(processes)
                processes.run_to_end("prepare_demo", *source)
                address, api = _serve(processes, first_port=options.port)
                if options.check:
                    return _check(address, api=api, synthetic=dataset is None)
                _welcome(processes, address, api=api, register=register)
                return processes.wait()
        finally:
            _end_training()


def _serve(processes: Processes, *, first_port: int) -> tuple[str, str]:
    """The addresses of the pages and of the interface to other systems, both ready."""
    port = free_port_from(first_port)
    if port != first_port:
        sys.stdout.write(f"Port {first_port} is taken, so this runs on {port}.\n")
    api_port = free_port_from(port + 1)
    address, api = f"http://localhost:{port}", f"http://localhost:{api_port}"
    os.environ |= {"WARDLIGHT_TRUSTED_ORIGINS": address, "WARDLIGHT_PUBLIC_ADDRESS": address, "WARDLIGHT_API_ADDRESS": api}
    gunicorn = ["-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi:application"]
    processes.start("web", *gunicorn, WARDLIGHT_BIND=f"127.0.0.1:{port}")
    processes.start("api", *gunicorn, WARDLIGHT_BIND=f"127.0.0.1:{api_port}", WARDLIGHT_ROLE="api")
    celery = ["-m", "celery", "-A", "config"]
    processes.start("worker", *celery, "worker", "--concurrency=2", "--queues=default,training", WARDLIGHT_ROLE="worker")
    processes.start("beat", *celery, "beat", "--pidfile=", WARDLIGHT_ROLE="beat")
    for name, place in (("web", address), ("api", api)):
        processes.wait_until_ready(f"{place}/health/ready", name=name)
    return address, api


def _end_training() -> None:
    """A training job outlives its worker, which is right in a hospital; here Ctrl-C leaves nothing that still computes."""
    import django  # noqa: PLC0415  settings can be read only inside the local environment

    django.setup()
    from mlops.backends.choosing import local  # noqa: PLC0415  as above

    local().end_all()


def _check(address: str, *, api: str, synthetic: bool) -> int:
    import django  # noqa: PLC0415  settings can be read only inside the local environment

    django.setup()
    from config.demo import check  # noqa: PLC0415  as above

    return check.walk(address, api=api, synthetic=synthetic)


def _welcome(processes: Processes, address: str, *, api: str, register: str | None) -> None:
    sys.stdout.write(f"\nWardlight is at {address}\n")
    sys.stdout.write(f"Other systems reach it at {api} (what that scores with: {api}/health/model)\n")
    if register:
        sys.stdout.write(f"MLflow, which records runs and versions, is at {register}\n")
    sys.stdout.write("\n")
    processes.run_to_end("make_demo_accounts", "--list")
    sys.stdout.write(
        "\nA new one-time code: .venv/bin/python manage.py make_demo_accounts --list\n"
        "Logs are in var/log. Ctrl-C stops everything.\n"
    )


def _as_interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
