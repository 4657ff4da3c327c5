#!/usr/bin/env python
"""Wardlight's command line. Where no database is configured, it holds the embedded servers up while a command runs."""

import os
import sys

from config.local import local_environment


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with local_environment(os.environ) as missing:
        os.environ.update(missing)
        from django.core.management import execute_from_command_line  # noqa: PLC0415  settings need the variables above

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
