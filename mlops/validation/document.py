"""A document whose tables are made by the commands that it names: what stands between a command's marks is replaced.

<!-- validate_model --protocol C --seed 42 -->
... whatever the last run wrote ...
<!-- end of validate_model -->
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_BLOCK = re.compile(r"<!-- validate_model (?P<arguments>[^\n]*?) -->\n.*?<!-- end of validate_model -->", re.DOTALL)


def commands_in(text: str) -> list[str]:
    """The arguments of every block, in the order of the document."""
    return [found["arguments"] for found in _BLOCK.finditer(text)]


def with_tables(text: str, made: Mapping[str, str]) -> str:
    """The document with the blocks of these arguments written anew; others stay as they are."""

    def block(found: re.Match[str]) -> str:
        arguments = found["arguments"]
        return _block(arguments, made[arguments]) if arguments in made else found[0]

    return _BLOCK.sub(block, text)


def _block(arguments: str, tables: str) -> str:
    command = f"```console\n$ .venv/bin/python manage.py validate_model {arguments}\n```"
    return f"<!-- validate_model {arguments} -->\n{command}\n\n{tables.strip()}\n<!-- end of validate_model -->"
