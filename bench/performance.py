#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keeps the figures of several processors in the documentation, side by side.

`performance.py figures.json docs` puts what report.py --json wrote into the file of the processor it
was measured on, docs/performance/<processor>.json; files of other processors stay as they are.
`performance.py docs` measures nothing. Both then write from these files the processors' sections and
the table side by side in docs/performance.md, the table in README.md beside docs, and the plots.
"""

import json
import pathlib
import statistics
import sys

import plot
import report
from machine import slug
from pages import order, replaced, with_processor

# What README calls a network.
NETWORKS = {
    "policy": "policy 24-64-64-4 tanh", "trigger": "trigger 16-64-32-32-5 ReLU, softmax",
    "field": "field 32-64-64-64-64-16 ReLU", "digits": "digits 784-256-128-10 ReLU, softmax",
    "digits_images": "digits on images, four fifths zeros",
    "autoencoder": "autoencoder 640-128x4-8-128x4-640 ReLU", "wide": "wide 1024-1024-1024-10 ReLU",
    "lenet5": "LeNet-5 6-16-120-84-10, one image", "lenet8": "LeNet 8-16-10, one image",
    "resnet8": "ResNet-8, CIFAR-10, one image", "ds_cnn": "DS-CNN, keywords, one sample",
    "mobilenet": "MobileNetV1 0.25, 96x96, one image",
}
README_ROWS = (1, 1024)
VENDORS = ("OpenBLAS", "oneDNN", "libxsmm", "ONNX Runtime")
NOT_MEASURED = "not measured"
PLOTS = {
    "peers": "Time per row relative to the fastest peer, a bar for each network, number of rows and "
             "compiler",
    "roofline": "Roofline: GFLOP/s against FLOP per byte",
    "zeros": "Time against the share of zeros",
}


def identity(run):
    """Runs of which the newer takes the place of the older."""
    return run["program"], plot.compiler(run), run["context"]["lanes"]


def merged(old, new):
    """The runs of one processor: new ones in the places of those they replace, the rest behind."""
    fresh = {identity(run): run for run in new}
    return [fresh.pop(identity(run), run) for run in old] + list(fresh.values())


def section(runs):
    """A processor's plots and tables."""
    folder = slug(runs[0]["processor"])
    plots = [f"![{words}; {runs[0]['processor']}](images/{folder}/{name}.svg)"
             for name, words in PLOTS.items() if plot.of(runs, plot.PLOTS[name][0])]
    return "\n\n".join(plots + [report.write(run).rstrip() for run in runs])


def time_of(forms, form):
    return forms[form]["ns_per_row"] if form in forms else None


def times(forms, form):
    """How many times ours another form's time is."""
    return f"{time_of(forms, form) / time_of(forms, 'fused'):.2f}" if form in forms else NOT_MEASURED


def best_vendor(forms):
    found = [form for form in VENDORS if form in forms]
    if not found:
        return NOT_MEASURED
    best = min(found, key=lambda form: time_of(forms, form))
    return f"{times(forms, best)} ({best})"


def first_networks(runs):
    """{(network, rows): {form: figures}} of a processor's first compiler."""
    return plot.cases(plot.of(runs, "network_bench")[0])


def fusion(runs):
    """What fusion alone is worth, as a sentence."""
    gains = {case: time_of(forms, "unfused") / time_of(forms, "fused")
             for case, forms in first_networks(runs).items() if "unfused" in forms}
    most, least = max(gains, key=gains.get), min(gains, key=gains.get)
    return (f"{runs[0]['processor']} {gains[most]:.2f} times at the most ({plot.case_name(*most)}), "
            f"{statistics.median(gains.values()):.2f} at the median, {gains[least]:.2f} at the least "
            f"({plot.case_name(*least)})")


def where(runs):
    """Which processor, compiler and day, and whether other work was in the way."""
    run = plot.of(runs, "network_bench")[0]
    busy = f", on a busy machine (load {run['load']:.1f})" if run["load"] >= 2 else ""
    return (f"{run['processor']}, registers of {32 * int(run['context']['lanes'])} bits, "
            f"{run['context']['compiler']}, {run['date']}{busy}")


def versions(machines):
    """The versions of the peers, each once."""
    found = {}
    for runs in machines:
        for key, value in plot.of(runs, "network_bench")[0]["context"].items():
            name, version = key.removeprefix("peer_"), value.partition(" with ")[0]
            if key.startswith("peer_") and version[:1].isdigit():
                found.setdefault(name, {})[version] = None
    return ", ".join(f"{name} {' and '.join(of)}" for name, of in found.items())


def all_networks(runs):
    """Those over maps too, where they were measured."""
    over_maps = plot.of(runs, "window_bench")
    return first_networks(runs) | (plot.cases(over_maps[0]) if over_maps else {})


def side_by_side(machines, name_of, shares, wanted=lambda rows: True):
    """A table of all processors: our time, and the others' as multiples of it."""
    by_machine = [all_networks(runs) for runs in machines]
    cases = dict.fromkeys(case for found in by_machine for case in found if wanted(case[1]))
    share = ["share of the limit"] if shares else []
    header = ["network", "rows"]
    for runs in machines:
        header += [runs[0]["processor"]] + share + ["plain C", "Eigen", "best library"]
    lines = []
    for network, rows in cases:
        cells = [name_of(network), str(rows)]
        for found in by_machine:
            forms = found.get((network, rows))
            if forms is None:
                cells += [NOT_MEASURED] * (5 if shares else 4)
                continue
            cells += [report.time_text(time_of(forms, "fused"))]
            cells += [f"{100 * forms['fused']['share']:.0f} %"] if shares else []
            cells += [times(forms, "plain C"), times(forms, "Eigen"), best_vendor(forms)]
        lines.append(cells)
    return "\n".join(report.table(header, lines))


def readme(machines):
    table = side_by_side(machines, lambda name: NETWORKS.get(name, name), False,
                         lambda rows: rows in README_ROWS)
    return (f"One core: {'; '.join(map(where, machines))}; `-O3 -march=native`, medians of "
            "`bench/run --docs`. Behind our time per row, how many times as long the others take: nested "
            "loops in plain C, Eigen, and the best of the vendors' libraries, each in its fastest form.\n\n"
            f"{table}\n\n"
            "What fusion alone is worth, beside the same kernels with each layer and activation a pass of its "
            f"own through memory: {'; '.join(map(fusion, machines))}.\n\nPeers: {versions(machines)}. "
            "[All figures, limits and plots](docs/performance.md)")


def write_all(docs):
    """The pages and plots of what is in docs/performance."""
    page = docs / "performance.md"
    text = page.read_text()
    machines = {path.stem: json.loads(path.read_text())
                for path in sorted((docs / "performance").glob("*.json"))}
    for runs in machines.values():
        text = with_processor(text, runs[0]["processor"], section(runs))
        plot.write_all(runs, docs / "images" / slug(runs[0]["processor"]))
    # The sections' order, which people choose, is the tables' too.
    machines = [machines[name] for name in order(text) if name in machines]
    page.write_text(replaced(text, "side by side", side_by_side(machines, str, True)))
    front = docs.parent / "README.md"
    front.write_text(replaced(front.read_text(), "figures", readme(machines)))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.strip())
    docs = pathlib.Path(sys.argv[-1])
    if len(sys.argv) == 3:
        new = json.loads(pathlib.Path(sys.argv[1]).read_text())
        kept = docs / "performance" / f"{slug(new[0]['processor'])}.json"
        old = json.loads(kept.read_text()) if kept.exists() else []
        kept.write_text(json.dumps(merged(old, new), indent=1, ensure_ascii=False) + "\n")
    write_all(docs)


if __name__ == "__main__":
    main()
