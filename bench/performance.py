#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Puts what report.py wrote into docs/performance.md, between its marks, and draws its plots.

`performance.py report.md figures.json docs` replaces what stands between the marks in
docs/performance.md by the report, and writes docs/images/*.svg and docs/performance.json.
"""

import json
import pathlib
import sys

import plot

BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"


def between_marks(text, inserted):
    before, mark, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        sys.exit(f"performance.py: no '{BEGIN.strip()}' and '{END.strip()}'")
    return before + BEGIN + "\n" + inserted.strip() + "\n\n" + END + after


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__.strip())
    report, figures, docs = map(pathlib.Path, sys.argv[1:])
    page = docs / "performance.md"
    page.write_text(between_marks(page.read_text(), report.read_text()))
    plot.write_all(json.loads(figures.read_text()), docs / "images")
    (docs / "performance.json").write_text(figures.read_text())


if __name__ == "__main__":
    main()
