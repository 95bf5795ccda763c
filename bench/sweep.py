#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times networks of many shapes at batches from 1 to 4096 against what the machine could do.

usage: bench/sweep.py [--compiler c++] [--json sweep.json] [--plot sweep.svg] [--only text]...

Stacks of equal layers with widths from 1 to 1024, depths from 1 to 16, and shapes that have something
awkward about them. The limit of a point is the larger of two times: all parameters read once from the
cache that holds them, and all multiply-adds done at the peak of fused multiply-adds; both are measured
in the same process, and both are of the network as declared, without padding. Prints the ten points
furthest from their limit, and the points that cost more than something larger of the same kind.
Needs a compiler and Python's standard library; takes some minutes, most of them compiling.
"""

import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

from drawing import Drawing
from machine import processor

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLAGS = "-std=c++20 -O3 -DNDEBUG -march=native"

WIDTHS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 96, 100, 127, 128,
          129, 160, 192, 200, 255, 256, 257, 300, 384, 500, 512, 640, 784, 1000, 1024]
DEPTH = 3  # of the stacks above
DEPTHS = [1, 2, 4, 8, 16]
DEEP_WIDTHS = [8, 20, 64, 256]
SHAPES = [
    [1, 64, 1], [3, 64, 64, 1], [64, 1, 64], [10, 1000], [1000, 10], [1024, 1], [1, 1024],
    [13, 37, 29, 7], [784, 256, 128, 10], [784, 30, 10], [640, 128, 8, 128, 640], [17, 65, 33, 129],
    [24, 64, 64, 4], [100, 300, 100], [512, 16, 512], [2, 256, 256, 256, 3], [40, 600, 8],
]
TOGETHER = 6  # networks in one program


def stacks():
    """(name, widths of input and layers), in the order in which they are shown."""
    equal = [(f"{w}x{DEPTH}", [w] * (DEPTH + 1)) for w in WIDTHS]
    deep = [(f"{w}x{d}", [w] * (d + 1)) for w in DEEP_WIDTHS for d in DEPTHS]
    return dict(equal + deep + [("-".join(map(str, s)), s) for s in SHAPES])


def source(networks):
    text = '#include "sweep.hpp"\n\nnamespace {\n\nnamespace lam = laminate;\n'
    types = []
    for number, (name, widths) in enumerate(networks.items()):
        layers, rest = [], widths[1:]
        while rest:
            same = next((i for i, w in enumerate(rest) if w != rest[0]), len(rest))
            layer = f"lam::dense<{rest[0]}> | lam::relu"
            layers.append(layer if same == 1 else f"lam::repeat<{same}>({layer})")
            rest = rest[same:]
        stack = " | ".join([f"lam::input<{widths[0]}>"] + layers)
        text += (f"struct network_{number} : lam::network<{stack}> {{\n"
                 f'    static constexpr const char* name = "{name}";\n}};\n')
        types.append(f"network_{number}")
    return text + f"\n}} // namespace\n\nint main() {{ sweep::measure_all<{', '.join(types)}>(); }}\n"


def groups(networks):
    """Lists of networks for one program each; dear ones are spread."""
    names = list(networks)
    count = -(-len(names) // TOGETHER)
    return [{name: networks[name] for name in names[first::count]} for first in range(count)]


def build(compiler, flags, group, folder, number):
    cpp = folder / f"sweep_{number}.cpp"
    cpp.write_text(source(group))
    program = cpp.with_suffix("")
    command = [compiler, *flags, f"-I{ROOT}/include", f"-I{ROOT}/bench/sweep", str(cpp), "-o",
               str(program)]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"sweep: this fails:\n{shlex.join(command)}\n{done.stderr}")
    return program


def with_limits(point):
    """Adds the limit in ns and the share of it that was reached."""
    compute = 2 * point["multiply_adds"] * point["batch"] / point["gflops"]
    read = 4 * point["parameters"] / point["gbs"]
    limit = max(compute, read)
    return point | {"limit_ns": round(limit, 2), "share": round(limit / point["ns"], 4)}


def measure(options):
    networks = {name: widths for name, widths in stacks().items()
                if not options.only or any(text == name for text in options.only)}
    flags = shlex.split(options.flags)
    points = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(options.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            programs = list(pool.map(
                lambda numbered: build(options.compiler, flags, numbered[1], folder, numbered[0]),
                enumerate(groups(networks))))
        for program in programs:
            done = subprocess.run([*shlex.split(options.launcher), str(program)], text=True,
                                  stdout=subprocess.PIPE, check=False)
            if done.returncode != 0:
                sys.exit(f"sweep: {program} fails with exit code {done.returncode}")
            points += [with_limits(json.loads(line)) for line in done.stdout.splitlines()]
    order = list(networks)
    points.sort(key=lambda point: (order.index(point["network"]), point["batch"]))
    first_line = subprocess.run([options.compiler, "--version"], capture_output=True, text=True,
                                check=True).stdout.splitlines()[0]
    return {"compiler": first_line, "flags": options.flags, "processor": processor(),
            "date": datetime.date.today().isoformat(), "points": points}


def dearer_than_larger(points):
    """Points that take over 5 % more time than one of the same stack that does more."""
    found = []
    times = {(p["network"], p["batch"]): p["ns"] for p in points}
    batches = sorted({p["batch"] for p in points})
    for point in points:
        name, batch = point["network"], point["batch"]
        larger = [(name, b) for b in batches if b > batch]
        if name == f"{name.split('x')[0]}x{DEPTH}":
            larger += [(f"{w}x{DEPTH}", batch) for w in WIDTHS if w > int(name.split("x")[0])]
        larger = [key for key in larger if key in times]
        cheapest = min(larger, key=times.get, default=None)
        if cheapest and point["ns"] > 1.05 * times[cheapest]:
            found.append((point["ns"] / times[cheapest], point, cheapest, times[cheapest]))
    return sorted(found, key=lambda entry: -entry[0])


def table(points):
    lines = ["  network                batch         ns   limit ns  share  ns per row"]
    for p in points:
        lines.append(f"  {p['network']:22} {p['batch']:5} {p['ns']:10.1f} {p['limit_ns']:10.1f} "
                     f"{100 * p['share']:5.1f}%  {p['ns'] / p['batch']:10.1f}")
    return "\n".join(lines)


def matrix(points):
    """The share of the limit in percent, a line for each network and a column for each batch."""
    batches = sorted({p["batch"] for p in points})
    share = {(p["network"], p["batch"]): p["share"] for p in points}
    lines = [" " * 24 + "".join(f"{batch:>6}" for batch in batches)]
    for name in dict.fromkeys(p["network"] for p in points):
        lines.append(f"  {name:22}" + "".join(f"{100 * share[name, b]:6.0f}" for b in batches))
    return "\n".join(lines)


# Viridis (van der Walt, Smith), which keeps its order in grey and for the colour-blind.
SCALE = [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)]


def colour(share):
    at = min(max(share, 0.0), 1.0) * (len(SCALE) - 1)
    low = min(int(at), len(SCALE) - 2)
    mixed = (round(a + (at - low) * (b - a)) for a, b in zip(SCALE[low], SCALE[low + 1]))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def plot(result):
    """Three fields of cells, a column for each network and a line for each batch; a cell is coloured
    by the share of the limit, and shows it in percent."""
    points = {(p["network"], p["batch"]): p for p in result["points"]}
    batches = sorted({batch for _, batch in points}, reverse=True)
    names = list(dict.fromkeys(name for name, _ in points))
    equal = [name for name in names if name in {f"{w}x{DEPTH}" for w in WIDTHS}]
    shapes = [name for name in names if "-" in name]
    deep = [name for name in names if name not in equal and name not in shapes]
    fields = [(f"{DEPTH} layers of equal width", equal, [name.split("x")[0] for name in equal]),
              ("width x depth", deep, deep), ("other shapes", shapes, shapes)]
    fields = [field for field in fields if field[1]]
    cell_width, cell_height, left, top = 22, 15, 60, 50
    label_height = [10 + 6 * max(map(len, labels)) for _, _, labels in fields]
    field_height = 30 + cell_height * len(batches)
    width = max(760, left + 20 + cell_width * max(len(columns) for _, columns, _ in fields))
    drawing = Drawing(width, top + sum(label_height) + field_height * len(fields),
                      "Share of the limit in percent", f"{result['processor']}, {result['compiler']}, "
                      f"{result['flags']}, {result['date']}", {})
    drawing.text(16, 40, "The limit is the larger of reading all weights once and of the multiply-adds at "
                 "FMA peak.", "small")
    y = top
    for (title, columns, labels), under in zip(fields, label_height):
        drawing.text(left, y + 14, title)
        y += 20
        for line, batch in enumerate(batches):
            drawing.text(left - 6, y + cell_height * line + 11, batch, "small end")
            for column, name in enumerate(columns):
                if (point := points.get((name, batch))) is None:
                    continue
                x, share = left + cell_width * column, point["share"]
                drawing.cell(x, y + cell_height * line, cell_width - 1, cell_height - 1, colour(share),
                             f"{name}, batch {batch}: {point['ns']} ns")
                drawing.text(x + cell_width / 2 - 0.5, y + cell_height * line + 11,
                             f"{100 * share:.0f}",
                             "tiny middle " + ("black" if share > 0.6 else "white"))
        drawing.text(14, y + cell_height * len(batches) / 2, "batch", "small middle", -90)
        y += cell_height * len(batches)
        for column, label in enumerate(labels):
            drawing.text(left + cell_width * (column + 0.5) + 3, y + 6, label, "small end", -90)
        y += 10 + under
    return drawing.svg()


def report(result):
    points = result["points"]
    worst = sorted(points, key=lambda p: p["share"])
    # Below that, the call itself and the latency of a chain of layers are most of the time.
    sizable = [p for p in worst if p["limit_ns"] >= 50]
    print(f"{result['processor']}, {result['compiler']}, {result['flags']}, {result['date']}")
    print(f"{len(points)} points; median share of the limit "
          f"{100 * sorted(p['share'] for p in points)[len(points) // 2]:.0f} %, "
          f"{100 * sorted(p['share'] for p in sizable)[len(sizable) // 2]:.0f} % of the "
          f"{len(sizable)} with a limit of at least 50 ns\n")
    print("The ten points furthest from their limit:\n" + table(worst[:10]))
    print("\nThe ten of those with a limit of at least 50 ns:\n" + table(sizable[:10]))
    print("\nPoints that cost more than something larger of the same stack:")
    for ratio, point, (name, batch), ns in dearer_than_larger(points)[:20]:
        print(f"  {point['network']:10} batch {point['batch']:5}: {point['ns']:10.1f} ns, {ratio:.2f} "
              f"times {name} batch {batch} ({ns:.1f} ns)")
    print("\nShare of the limit in percent, by batch:\n" + matrix(points))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--flags", default=FLAGS)
    parser.add_argument("--launcher", default="", help="put before programs, as in 'taskset -c 1'")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilers at once")
    parser.add_argument("--keep", help="a folder for the generated sources and programs")
    parser.add_argument("--only", action="append", help="a network by its name, such as 64x3")
    parser.add_argument("--json", type=pathlib.Path, help="write all points there")
    parser.add_argument("--plot", type=pathlib.Path, help="draw them there, as SVG")
    parser.add_argument("--read", type=pathlib.Path, help="report such a JSON file; measure nothing")
    options = parser.parse_args()
    result = json.loads(options.read.read_text()) if options.read else measure(options)
    if options.json:
        head = json.dumps({key: value for key, value in result.items() if key != "points"})
        options.json.write_text(head[:-1] + ', "points": [\n'
                                + ",\n".join(map(json.dumps, result["points"])) + "\n]}\n")
    if options.plot:
        options.plot.write_text(plot(result))
    report(result)


main()
