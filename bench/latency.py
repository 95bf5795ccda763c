#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a table of what latency_bench measures, and a plot.

usage: bench/latency.py [--plot latency.svg] [--launcher 'taskset -c 1'] <latency_bench> [calls]
       bench/latency.py [--plot latency.svg] --read <what latency_bench printed>

With --docs <docs> it writes the table into this processor's section of docs/latency.md and the plot
in docs/images; other processors' stay as they are. Takes some minutes: 10^6 calls of each network, and
16 s of each with cold caches.
"""

import argparse
import datetime
import json
import math
import pathlib
import shlex
import subprocess
import sys

from drawing import SERIES, Drawing
from machine import processor, slug
from pages import with_processor

DASHES = {"independent": "", "dependent": "6 3", "cold, from memory": "1.5 2.5"}


def time_text(ns):
    for scale, unit in ((1e6, "ms"), (1e3, "µs")):
        if ns >= scale:
            return f"{ns / scale:.3g} {unit}"
    return f"{ns:.0f} ns"


def table(series):
    lines = ["| network | call | calls | median | p99 | p99.9 | worst | per call without a clock |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for s in series:
        times = [s[key] for key in ("median", "p99", "p999", "worst", "per_call")]
        lines.append(f"| {s['network']} | {s['kind']} | {s['calls']:,} | "
                     + " | ".join(time_text(ns) if ns else "" for ns in times) + " |")
    clock = max(series, key=lambda s: s["clock"])
    return "\n".join(lines + [
        "", f"Reading the clock takes {clock['clock']:.0f} ns, which are subtracted; it advances in "
        f"steps of {clock['clock_step']:.2g} ns."])


def plot(series, where):
    """Which share of the calls takes longer than a time; both axes logarithmic."""
    series = [s for s in series if s["kind"] in DASHES]
    left, top, width, height = 60, 56, 620, 360
    d = Drawing(left + width + 170, top + height + 50, "How long a call takes", where, SERIES)
    low = min(s["median"] for s in series) / 2
    high = max(s["worst"] for s in series) * 1.2
    decades = 6

    def x(ns):
        return left + width * math.log(max(ns, low) / low) / math.log(high / low)

    def y(share):
        return top + height * -math.log10(max(share, 10.0 ** -decades)) / decades

    for decade in range(decades + 1):
        share = 10.0 ** -decade
        d.line([(left, y(share)), (left + width, y(share))], "line")
        d.text(left - 6, y(share) + 4, f"{100 * share:g} %", "small end")
    for decade in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1):
        ns = 10.0 ** decade
        d.line([(x(ns), top), (x(ns), top + height)], "line")
        d.text(x(ns), top + height + 16, time_text(ns), "small middle")
    d.text(left + width / 2, top + height + 36, "a call takes longer than this", "small middle")
    d.text(14, top + height / 2, "share of the calls", "small middle", -90)

    names = list(dict.fromkeys(s["network"] for s in series))
    looks = {name: f"series{number % len(SERIES)}-line" for number, name in enumerate(names)}
    for s in series:
        longer, points = 1.0, []
        for ns, calls in s["histogram"]:
            # A step: the share falls at each time that occurred; those that can't be seen are left out.
            before, longer = longer, longer - calls / s["calls"]
            if points and abs(x(ns) - points[-1][0]) + abs(y(longer) - points[-1][1]) < 1.0:
                continue
            points += [(x(ns), y(before)), (x(ns), y(longer))]
        d.line(points, looks[s["network"]], 1.5, DASHES[s["kind"]])
    legend(d, left + width + 14, top + 8, looks, dict.fromkeys(s["kind"] for s in series))
    return d.svg()


def legend(d, x, y, looks, kinds):
    for name, look in looks.items():
        d.line([(x, y), (x + 20, y)], look, 2)
        d.text(x + 26, y + 4, name, "small")
        y += 18
    for kind in kinds:
        d.line([(x, y + 12), (x + 20, y + 12)], "ink", 1.5, DASHES[kind])
        d.text(x + 26, y + 16, kind, "small")
        y += 18


def write_docs(docs, series, where):
    folder = docs / "images" / slug(processor())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latency.svg").write_text(plot(series, where))
    page = docs / "latency.md"
    body = (f"{where}; one core; {series[0]['compiler']}.\n\n{table(series)}\n\n![Share of the calls that take longer than a "
            f"time; {processor()}](images/{folder.name}/latency.svg)")
    page.write_text(with_processor(page.read_text(), processor(), body))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=pathlib.Path)
    parser.add_argument("--docs", type=pathlib.Path, help="the folder with latency.md")
    parser.add_argument("--launcher", default="")
    parser.add_argument("--read", type=pathlib.Path)
    parser.add_argument("program", nargs="?")
    parser.add_argument("calls", nargs="?", default="1000000")
    options = parser.parse_args()
    if options.read:
        lines = options.read.read_text()
    elif options.program:
        command = [*shlex.split(options.launcher), options.program, options.calls]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"latency: {shlex.join(command)} fails with exit code {done.returncode}")
        lines = done.stdout
    else:
        parser.error("say which program to run, or which file to read")
    series = [json.loads(line) for line in lines.splitlines()]
    where = f"{processor()}, {datetime.date.today().isoformat()}"
    print(table(series))
    if options.plot:
        options.plot.write_text(plot(series, where))
    if options.docs:
        write_docs(options.docs, series, where)


if __name__ == "__main__":
    main()
