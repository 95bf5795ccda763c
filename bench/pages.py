# SPDX-License-Identifier: MIT
"""Pages of which a program writes parts, each between two marks, and people the rest."""

import re

from machine import slug


def marks(name):
    return f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"


def replaced(text, name, body):
    """The page with `body` between the marks of that name."""
    begin, end = marks(name)
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"the page has no '{begin.strip()}' and '{end.strip()}' behind it")
    return f"{before}{begin}\n{body.strip()}\n\n{end}{after}"


def with_processor(text, processor, body):
    """The page with `body` in the section of this processor, which is new at its end if it has none."""
    begin, end = marks(slug(processor))
    if begin not in text:
        text = f"{text.rstrip()}\n\n## {processor}\n\n{begin}{end}"
    return replaced(text, slug(processor), body)


def order(text):
    """The names of the marks in a page, in its order."""
    return re.findall(r"^<!-- (.*): begin -->$", text, re.M)
