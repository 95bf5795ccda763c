#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws what report.py --json wrote: Laminate beside its peers, a roofline, and what zeros save.

Needs Python's standard library. Each function takes runs of one processor, the list in that file, and
returns an SVG. `plot.py figures.json folder` writes all of them.
"""

import json
import math
import pathlib
import sys

from drawing import Drawing, identifier

# name: (colour on light pages, on dark pages, shape)
FORMS = {
    "fused": ("#0969da", "#58a6ff", "circle"),
    "plain C": ("#bf3989", "#f778ba", "wedge"),
    "Eigen": ("#9a6700", "#e3b341", "square"),
    "OpenBLAS": ("#8250df", "#bc8cff", "diamond"),
    "oneDNN": ("#1a7f37", "#3fb950", "triangle"),
    "libxsmm": ("#cf222e", "#ff7b72", "cross"),
    "ONNX Runtime": ("#57606a", "#adbac7", "plus"),
}
NAMES = {"fused": "Laminate"}


class Plot(Drawing):
    """A drawing with a mark and a colour for each form."""

    def __init__(self, width, height, title, run):
        super().__init__(width, height, title, f"{run['processor']}, {run['date']}", FORMS)

    def mark(self, x, y, form, size=4.0):
        s = size
        shape = FORMS.get(form, ("", "", "plus"))[2]
        look = identifier(form)
        if shape == "circle":
            self.circle(x, y, s, look + " edge")
        elif shape == "square":
            self.bar(x - s + 0.5, y - s + 0.5, 2 * s - 1, 2 * s - 1, look + " edge")
        elif shape in ("cross", "plus"):
            a, b = (s - 0.5, s - 0.5) if shape == "cross" else (s, 0)
            self.line([(x - a, y - b), (x + a, y + b)], look + "-line", 2)
            self.line([(x + b, y - a), (x - b, y + a)], look + "-line", 2)
        else:
            corners = {"diamond": [(0, -s), (s, 0), (0, s), (-s, 0)],
                       "triangle": [(0, -s), (s, s * 0.8), (-s, s * 0.8)],
                       "wedge": [(0, s), (s, -s * 0.8), (-s, -s * 0.8)]}[shape]
            self.polygon([(x + a, y + b) for a, b in corners], look + " edge")

    def legend(self, x, y, forms):
        for form in forms:
            self.mark(x, y - 4, form, 4.5)
            name = NAMES.get(form, form)
            self.text(x + 9, y, name, "small")
            x += 26 + 6.2 * len(name)
        return x


def compiler(run):
    return "GCC" if run["context"]["compiler"].startswith("GCC") else "Clang"


def of(runs, program):
    return [run for run in runs if run["program"] == program]


def cases(run):
    """{(network, rows): {form: figures}}, in the program's order."""
    by_case = {}
    for name, figures in run["results"].items():
        network, rows, form = name.split("/")
        by_case.setdefault((network, int(rows)), {})[form] = figures
    return {case: forms for case, forms in by_case.items() if "fused" in forms}


def peers_in(runs):
    found = {name.split("/")[2] for run in runs for name in run["results"]}
    return [form for form in FORMS if form in found and form != "fused"]


def case_name(network, rows):
    return network.replace("_", ", ") + (", 1 row" if rows == 1 else f", {rows} rows")


def beside_peers(runs):
    """A bar per compiler: Laminate's time as a share of the fastest peer's in the same run."""
    runs = of(runs, "network_bench")
    all_cases = [cases(run) for run in runs]
    peers = peers_in(runs)
    left, right, top, furthest = 170, 150, 78, 2.0
    per_bar, gap = 12, 9
    names = list(all_cases[0])
    step = per_bar * len(runs) + gap
    width, height = 860, top + step * len(names) + 42
    d = Plot(width, height, "Time per row, relative to the fastest peer (shorter is better)", runs[0])
    scale = (width - left - right) / furthest

    def at(ratio):
        return left + scale * ratio
    x = d.legend(20, 46, ["fused"] + peers)
    d.line([(x, 36), (x, 48)], "ink", 3)
    d.text(x + 8, 46, "what the machine can do", "small")
    d.text(16, 64, "Each line is one run: " + ", then ".join(compiler(run) for run in runs) + ".",
           "small")
    bottom = top + step * len(names) - gap + 4
    for tenth in range(0, 21, 5):
        d.line([(at(tenth / 10), top - 4), (at(tenth / 10), bottom)],
               "ink" if tenth == 10 else "line", 1, "4 3" if tenth == 10 else "")
        d.text(at(tenth / 10), bottom + 16, f"{tenth / 10:g}", "small middle")
    d.text(at(1.0), bottom + 32, "times the fastest peer's time", "small middle")
    y = top
    for case in names:
        d.text(left - 10, y + per_bar * len(runs) / 2 + 4, case_name(*case), "end")
        for index, run_cases in enumerate(all_cases):
            beyond = []
            forms = run_cases.get(case)
            if forms is None:
                continue
            times = {peer: forms[peer]["ns_per_row"] for peer in peers if peer in forms}
            best = min(times.values(), default=forms["fused"]["ns_per_row"])
            middle = y + per_bar / 2
            d.bar(left, y + 1, scale * min(furthest, forms["fused"]["ns_per_row"] / best),
                  per_bar - 2, "fused", 0.6 if index == 0 else 0.4)
            for peer, time in times.items():
                if time / best <= furthest:
                    d.mark(at(time / best), middle, peer)
                else:
                    beyond.append((peer, time / best))
            limit = at(forms["fused"]["limit_ns"] / best)
            d.line([(limit, y - 1), (limit, y + per_bar + 1)], "ink", 3)
            x = at(furthest) + 14
            for peer, ratio in beyond:
                d.mark(x, middle, peer, 3.5)
                d.text(x + 7, middle + 4, f"{ratio:.0f}×", "small")
                x += 38
            y += per_bar
        y += gap
    return d.svg()


def decades(low, high):
    """1, 2 and 5 times the powers of ten."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    numbers = (m * 10.0 ** e for e in range(first, last + 1) for m in (1, 2, 5))
    return [n for n in numbers if low <= n <= high]


def spaced(wanted, distance):
    """The positions nearest to `wanted` that are at least so far apart, in the same order."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = list(wanted)
    for _ in range(200):
        for before, after in zip(order, order[1:]):
            missing = distance - (placed[after] - placed[before])
            if missing > 1e-6:
                placed[before] -= missing / 2
                placed[after] += missing / 2
    return placed


def roofline(runs):
    """GFLOP/s against arithmetic intensity, under the roofs measured in the same run."""
    run = of(runs, "network_bench")[0]
    context = run["context"]
    peak = float(context["fma_peak"])
    slopes = {key[10:]: float(value) for key, value in context.items()
              if key.startswith("bandwidth_")}
    points = [(case, forms["fused"]["flop_per_byte"], forms["fused"]["gflops"])
              for case, forms in cases(run).items()]
    width, height, left, right, top, bottom = 860, 460, 64, 24, 56, 50
    x_low, x_high = 0.2, max(400.0, 1.2 * max(x for _, x, _ in points))
    y_low, y_high = 10.0, 1.5 * max([peak] + [y for _, _, y in points])

    def at(x, y):
        return (left + (width - left - right) * math.log(x / x_low) / math.log(x_high / x_low),
                height - bottom
                - (height - top - bottom) * math.log(y / y_low) / math.log(y_high / y_low))
    d = Plot(width, height, f"Roofline of one core, {compiler(run)}: multiply-adds, and loads "
             "from each cache", run)
    for y in decades(y_low, y_high):
        d.line([at(x_low, y), at(x_high, y)], "line")
        d.text(left - 8, at(x_low, y)[1] + 4, f"{y:g}", "small end")
    for x in decades(x_low, x_high):
        if f"{x:.0e}"[0] == "1":
            d.line([at(x, y_low), at(x, y_high)], "line")
            d.text(at(x, y_low)[0], height - bottom + 15, f"{x:g}", "small middle")
    d.text(left, height - bottom + 32, "FLOP per byte of parameters, inputs and outputs", "small")
    d.text(16, top - 14, "GFLOP/s", "small")
    for level, bandwidth in slopes.items():
        knee = peak / bandwidth
        begin = max(x_low, y_low / bandwidth)
        d.line([at(begin, bandwidth * begin), at(knee, peak)], "ink", 1.5)
        x, y = at(begin, bandwidth * begin)
        turn = math.degrees(math.atan2(at(knee, peak)[1] - y, at(knee, peak)[0] - x))
        d.text(x + 30, y + 30 * math.tan(math.radians(turn)) - 6,
               f"{level}, {bandwidth:.0f} GB/s", "small", turn)
    d.line([at(peak / max(slopes.values(), default=peak), peak), at(x_high, peak)], "ink", 1.5)
    d.text(at(x_high, peak)[0], at(x_high, peak)[1] - 6, f"FMA, {peak:.0f} GFLOP/s", "small end")
    single = [p for p in points if p[0][1] == 1]
    batches = [p for p in points if p[0][1] != 1]
    heights = spaced([at(x, y)[1] for _, x, y in single], 13)
    for (case, x, y), label in zip(single, heights):
        px, py = at(x, y)
        d.line([(px + 5, py), (px + 22, label)], "line")
        d.text(px + 25, label + 4, case_name(*case), "small")
        d.mark(px, py, "fused")
    columns = spaced([at(x, y)[0] for _, x, y in batches], 13)
    for (case, x, y), label in zip(batches, columns):
        px, py = at(x, y)
        d.line([(px, py + 5), (label, at(x, peak)[1] + 62)], "line")
        d.text(label + 4, at(x, peak)[1] + 66, case_name(*case), "small end", -90)
        d.mark(px, py, "fused")
    return d.svg()


def zeros(runs):
    """Time of a call against the share of zeros that each layer reads."""
    runs = of(runs, "zeros_bench")
    peers = peers_in(runs)
    width, height, left, right, top, bottom = 860, 380, 64, 200, 70, 56
    series = {}
    for index, run in enumerate(runs):
        for (network, _), forms in cases(run).items():
            share = int(network.split("_")[1])
            for form in ["fused"] + [peer for peer in peers if index == 0 and peer in forms]:
                series.setdefault((form, index), []).append((share, forms[form]["ns_per_row"]))
            if index == 0:
                series.setdefault(("limit", 0), []).append((share, forms["fused"]["limit_ns"]))
    highest = 1.08 * max(ns for line in series.values() for _, ns in line)

    def at(share, ns):
        return (left + (width - left - right) * share / 100,
                height - bottom - (height - top - bottom) * ns / highest)
    d = Plot(width, height, "1024-1024-1024 with ReLU, one row: time by the share of zeros", runs[0])
    d.text(16, 46, "Different zeros at each call, the same share in both layers. Dashed: "
           "Laminate with " + compiler(runs[-1]) + "." if len(runs) > 1 else "", "small")
    step = next(s for s in (1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5) if highest / s <= 8)
    for k in range(int(highest / step) + 1):
        d.line([at(0, k * step), at(100, k * step)], "line")
        d.text(left - 8, at(0, k * step)[1] + 4, f"{k * step / 1e3:g} µs", "small end")
    for share in (0, 25, 50, 75, 90, 95):
        d.text(at(share, 0)[0], height - bottom + 16, f"{share}", "small middle")
    d.text(left, height - bottom + 36, "percent of what each layer reads is zero", "small")
    limit = series.pop(("limit", 0))
    weights = sum(ns for _, ns in limit) / len(limit)
    d.line([at(0, weights), at(100, weights)], "ink", 1, "2 3")
    d.line([at(0, weights), at(100, 0)], "ink", 1, "2 3")
    labels = [(at(100, weights)[1], "", "every weight read once"),
              (at(100, 0)[1], "", "only those that count")]
    for (form, index), line in series.items():
        look = identifier(form)
        d.line([at(*point) for point in line], look + "-line", 2.5 if form == "fused" else 1.2,
               "6 4" if index else "")
        for point in line:
            d.mark(*at(*point), form, 4.0 if form == "fused" else 3.0)
        if index == 0:
            labels.append((at(*line[-1])[1], form, NAMES.get(form, form)))
    for (_, form, words), y in zip(labels, spaced([y for y, _, _ in labels], 15)):
        if form:
            d.mark(at(100, 0)[0] + 12, y, form)
        d.text(at(100, 0)[0] + 22, y + 4, words, "small")
    return d.svg()


PLOTS = {"peers": ("network_bench", beside_peers), "roofline": ("network_bench", roofline),
         "zeros": ("zeros_bench", zeros)}


def write_all(runs, folder):
    """All plots that there are figures for."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (program, draw) in PLOTS.items():
        if any(cases(run) for run in of(runs, program)):
            (folder / f"{name}.svg").write_text(draw(runs))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    write_all(json.loads(pathlib.Path(sys.argv[1]).read_text()), pathlib.Path(sys.argv[2]))


if __name__ == "__main__":
    main()
