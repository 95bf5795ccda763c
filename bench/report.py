#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs benchmark programs on one core and writes their medians as Markdown tables.

Needs Python's standard library, and taskset to stay on one core (does without). Arguments behind
`--` go to the programs: `report.py --output report.md build/bench/network_bench -- --benchmark_filter=policy`.
"""

import argparse
import datetime
import json
import pathlib
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile


def cpu_model():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def pinned(core):
    if core is not None and shutil.which("taskset"):
        return ["taskset", "--cpu-list", str(core)]
    return []


def run(program, core, options):
    """The program's report, as Google Benchmark's JSON."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = pinned(core) + [program, f"--benchmark_out={out.name}",
                                  "--benchmark_out_format=json"] + options
        print(shlex.join(command), file=sys.stderr)
        if subprocess.run(command, stdout=sys.stderr).returncode != 0:
            sys.exit(f"report.py: {program} failed")
        return json.loads(pathlib.Path(out.name).read_text())


def collect(report):
    """{name: {aggregate: entry}}, in the order of the program."""
    found = {}
    for entry in report["benchmarks"]:
        if "aggregate_name" in entry:
            found.setdefault(entry["run_name"], {})[entry["aggregate_name"]] = entry
    return dict(sorted(found.items(), key=lambda item: item[1]["median"]["family_index"]))


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |",
             "|" + "|".join([" --- "] + [" ---: "] * (len(header) - 1)) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def spread(aggregates):
    """The coefficient of variation over the repetitions."""
    cv = aggregates.get("cv", {}).get("cpu_time")
    return "" if cv is None else f"{100 * cv:.1f} %"


def networks(found):
    rows = []
    for name, aggregates in found.items():
        network, batch, form = name.split("/")
        if form != "fused":
            continue
        fused = aggregates["median"]
        other = found.get(f"{network}/{batch}/unfused")
        unfused = other["median"]["ns_per_row"] if other else float("nan")
        if "share_of_peak" in fused:
            share = f"{100 * fused['share_of_peak']:.0f} % of {fused['peak_gflops']:.0f} GFLOP/s"
        else:
            share = (f"{100 * fused['share_of_bandwidth']:.0f} % of "
                     f"{fused['bandwidth_gbs']:.0f} GB/s")
        rows.append([network, batch, f"{fused['ns_per_row']:.1f}", spread(aggregates),
                     f"{unfused:.1f}", f"{unfused / fused['ns_per_row']:.2f}",
                     f"{fused['gflops']:.0f}", share])
    return table(["network", "batch", "fused, ns per row", "spread", "unfused, ns per row",
                  "unfused / fused", "GFLOP/s", "share of the limit"], rows)


def activations(found):
    rows = []
    for name, aggregates in found.items():
        function, implementation = name.split("/")
        median = aggregates["median"]
        rows.append([f"{function} ({implementation})", f"{median['elements_per_ns']:.2f}",
                     spread(aggregates), median.get("label", "")])
    return table(["function", "elements per ns", "spread", "stated error"], rows)


def write(report, command):
    context = report["context"]
    found = collect(report)
    lines = [f"### {pathlib.Path(context['executable']).name}, {context['compiler']}", "",
             f"{cpu_model()}, {platform.system()} {platform.machine()}; flags `{context['flags']}`; "
             f"registers of {32 * int(context['lanes'])} bits; "
             f"{datetime.date.today().isoformat()}; load {context['load_avg'][0]:.1f} at the start.",
             f"`{command}`", ""]
    measured = next(iter(found.values()), {}).get("median", {})
    lines += networks(found) if "ns_per_row" in measured else activations(found)
    hashes = {key[5:]: value for key, value in context.items() if key.startswith("hash_")}
    if hashes:
        lines += ["", "Hashes of all output bits (the same for every compiler and instruction set): "
                  + ", ".join(f"{name} `{value}`" for name, value in hashes.items()) + "."]
    return "\n".join(lines) + "\n"


def main():
    arguments, options = sys.argv[1:], []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, options = arguments[:at], arguments[at + 1:]
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+", metavar="program")
    parser.add_argument("--output", type=pathlib.Path, help="a Markdown file; default: print")
    parser.add_argument("--core", type=int, default=0, help="the core to run on (0)")
    parser.add_argument("--any-core", dest="core", action="store_const", const=None,
                        help="don't pin")
    parsed = parser.parse_args(arguments)
    parts = []
    for program in parsed.programs:
        name = pathlib.Path(program).name
        command = shlex.join(["bench/report.py", name] + (["--"] + options if options else []))
        parts.append(write(run(program, parsed.core, options), command))
    text = "\n".join(parts)
    if parsed.output:
        parsed.output.write_text(text)
        print(f"report.py: wrote {parsed.output}", file=sys.stderr)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
