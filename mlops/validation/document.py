"""A document whose tables are made by the commands that it names: what stands between a command's marks is replaced.

<!-- validate_model --protocol C --seed 42 -->
... whatever the last run wrote ...
<!-- end of validate_model -->

After the arguments may stand which tables are wanted, by their titles: ` | Paired differences; Decision curve`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_BLOCK = re.compile(
    r"<!-- validate_model (?P<arguments>[^\n|]*?)(?: \| (?P<titles>[^\n]*?))? -->\n.*?<!-- end of validate_model -->", re.DOTALL
)
_TITLE = re.compile(r"^\*\*(?P<title>[^\n]+)\*\*$", re.MULTILINE)


def commands_in(text: str) -> list[str]:
    """The arguments of every block, in the order of the document."""
    return [found["arguments"] for found in _BLOCK.finditer(text)]


def with_tables(text: str, made: Mapping[str, str]) -> str:
    """The document with the blocks of these arguments written anew; others stay as they are."""

    def block(found: re.Match[str]) -> str:
        return _block(found, made[found["arguments"]]) if found["arguments"] in made else found[0]

    return _BLOCK.sub(block, text)


def _block(found: re.Match[str], tables: str) -> str:
    arguments, titles = found["arguments"], found["titles"]
    wanted = _only(tables, titles.split("; ")) if titles else tables.strip()
    first_line = found[0].partition("\n")[0]
    command = f"```console\n$ .venv/bin/python manage.py validate_model {arguments}\n```"
    return f"{first_line}\n{command}\n\n{wanted}\n<!-- end of validate_model -->"


def _only(tables: str, titles: list[str]) -> str:
    """The tables with these titles; KeyError for a title that no table has."""
    starts = [*_TITLE.finditer(tables)]
    ends = [*(start.start() for start in starts[1:]), len(tables)]
    by_title = {start["title"]: tables[start.start() : end].strip() for start, end in zip(starts, ends, strict=True)}
    return "\n\n".join(by_title[title] for title in titles)
