#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a table of what latency_bench measures, and a plot.

usage: bench/latency.py [--plot latency.svg] [--launcher 'taskset -c 1'] <latency_bench> [calls]
       bench/latency.py [--plot latency.svg] --read <what latency_bench printed>
"""

import argparse
import json
import math
import pathlib
import shlex
import subprocess
import sys

from drawing import COLOURS, INK, PALE, Drawing


def time_text(ns):
    for scale, unit in ((1e6, "ms"), (1e3, "µs")):
        if ns >= scale:
            return f"{ns / scale:.3g} {unit}"
    return f"{ns:.0f} ns"


def table(series):
    print("| network | input | calls | median | p99 | p99.9 | worst | per call without a clock |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for s in series:
        times = [s[key] for key in ("median", "p99", "p999", "worst", "per_call")]
        print(f"| {s['network']} | {s['input']} | {s['calls']:,} | "
              + " | ".join(map(time_text, times)) + " |")
    clock = max(series, key=lambda s: s["clock"])
    print(f"\nReading the clock takes {clock['clock']:.0f} ns, which are subtracted; it advances in "
          f"steps of {clock['clock_step']:.0f} ns.")


def plot(series):
    """Which share of the calls takes longer than a time; both axes logarithmic."""
    left, top, width, height = 60, 20, 620, 360
    drawing = Drawing(left + width + 150, top + height + 50)
    low = min(s["median"] for s in series) / 2
    high = max(s["worst"] for s in series) * 1.2
    decades = 6

    def x(ns):
        return left + width * math.log(max(ns, low) / low) / math.log(high / low)

    def y(share):
        return top + height * -math.log10(max(share, 10.0 ** -decades)) / decades

    for decade in range(decades + 1):
        share = 10.0 ** -decade
        drawing.line(left, y(share), left + width, y(share), PALE)
        drawing.text(left - 6, y(share) + 4, f"{100 * share:g} %", anchor="end")
    for decade in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1):
        ns = 10.0 ** decade
        drawing.line(x(ns), top, x(ns), top + height, PALE)
        drawing.text(x(ns), top + height + 16, f"{time_text(ns)}", anchor="middle")
    drawing.text(left + width / 2, top + height + 36, "a call takes longer than this", anchor="middle")
    drawing.text(14, top + height / 2, "share of the calls", anchor="middle", turned=True)

    names = list(dict.fromkeys(s["network"] for s in series))
    for s in series:
        longer, points = 1.0, []
        for ns, calls in s["histogram"]:
            # A step: the share falls at each time that occurred; those that can't be seen are left out.
            before, longer = longer, longer - calls / s["calls"]
            if points and abs(x(ns) - points[-1][0]) + abs(y(longer) - points[-1][1]) < 1.0:
                continue
            points += [(x(ns), y(before)), (x(ns), y(longer))]
        drawing.polyline(points, COLOURS[names.index(s["network"]) % len(COLOURS)],
                         dashed=s["input"] == "dependent")
    for number, name in enumerate(names):
        drawing.line(left + width + 14, top + 8 + 18 * number, left + width + 34,
                     top + 8 + 18 * number, COLOURS[number % len(COLOURS)], 2)
        drawing.text(left + width + 40, top + 12 + 18 * number, name)
    below = top + 20 + 18 * len(names)
    drawing.text(left + width + 14, below + 10, "dashed: each input", colour=INK)
    drawing.text(left + width + 14, below + 24, "depends on the output", colour=INK)
    drawing.text(left + width + 14, below + 38, "before it", colour=INK)
    return drawing.svg()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=pathlib.Path)
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
    table(series)
    if options.plot:
        options.plot.write_text(plot(series))


main()
