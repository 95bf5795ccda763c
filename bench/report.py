#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs benchmark programs on one core and writes their medians as Markdown tables.

Needs Python's standard library, and taskset to stay on one core (does without). Arguments behind
`--` go to the programs: `report.py --output report.md build/bench/network_bench -- --benchmark_filter=policy`.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shlex
import shutil
import statistics
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


def peers_environment():
    """One thread for every peer, and OpenBLAS's AVX-512 kernels where it would not choose them: it
    takes AMD's processors for AVX2 ones. What the caller's environment says of OpenBLAS is dropped."""
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith("OPENBLAS_")}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        processor = pathlib.Path("/proc/cpuinfo").read_text()
        if "AuthenticAMD" in processor and " avx512f " in processor:
            environment["OPENBLAS_CORETYPE"] = "SkylakeX"
    except OSError:
        pass
    return environment


def run(program, core, options):
    """The program's report, as Google Benchmark's JSON."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = pinned(core) + [program, f"--benchmark_out={out.name}",
                                  "--benchmark_out_format=json",
                                  "--benchmark_report_aggregates_only=false",
                                  "--benchmark_display_aggregates_only=true"] + options
        print(shlex.join(command), file=sys.stderr)
        result = subprocess.run(command, stdout=subprocess.DEVNULL, env=peers_environment())
        if result.returncode != 0:
            sys.exit(f"report.py: {program} failed")
        return json.loads(pathlib.Path(out.name).read_text())


def run_often(program, core, options, processes):
    """The reports of some processes as one: where pages lie in the caches is luck, and the same for
    all repetitions of a process."""
    reports = [run(program, core, options) for _ in range(processes)]
    return {"context": reports[0]["context"],
            "benchmarks": [entry for report in reports for entry in report["benchmarks"]]}


def middle(entries):
    """An entry whose numbers are medians."""
    return {key: statistics.median(entry[key] for entry in entries)
            if isinstance(value, float) else value for key, value in entries[0].items()}


def collect(report):
    """{name: {"median": entry, "cv": entry}} over all repetitions, in the order of the program."""
    repetitions = {}
    for entry in report["benchmarks"]:
        if entry["run_type"] == "iteration" and not entry.get("error_occurred"):
            repetitions.setdefault(entry["run_name"], []).append(entry)
    found = {}
    for name, entries in repetitions.items():
        times = [entry["cpu_time"] for entry in entries]
        found[name] = {"median": middle(entries),
                       "cv": {"cpu_time": statistics.pstdev(times) / statistics.fmean(times)}}
    return dict(sorted(found.items(), key=lambda item: item[1]["median"]["family_index"]))


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |",
             "|" + "|".join([" --- "] + [" ---: "] * (len(header) - 1)) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def spread(aggregates):
    """The coefficient of variation over the repetitions."""
    return f"{100 * aggregates['cv']['cpu_time']:.1f} %"


def time_text(ns):
    for scale, unit in ((1e6, "ms"), (1e3, "µs")):
        if ns >= scale:
            return f"{ns / scale:.3g} {unit}"
    return f"{ns:.3g} ns"


def cases(found):
    """{(network, rows of a call): {form: {aggregate: entry}}}"""
    by_case = {}
    for name, aggregates in found.items():
        network, rows, form = name.split("/")
        by_case.setdefault((network, int(rows)), {})[form] = aggregates
    return by_case


def beside(forms, other):
    """Another form's time per row, and how many times the fused one's it is."""
    if other not in forms:
        return ""
    fused, ns = (forms[form]["median"]["ns_per_row"] for form in ("fused", other))
    return f"{time_text(ns)} ({ns / fused:.2f})"


def networks(found):
    by_case = cases(found)
    others = [form for form in dict.fromkeys(name.split("/")[2] for name in found)
              if form != "fused"]
    rows = []
    for (network, batch), forms in by_case.items():
        if "fused" not in forms:
            continue
        fused = forms["fused"]["median"]
        rows.append([network, str(batch), time_text(fused["ns_per_row"]), spread(forms["fused"]),
                     time_text(fused["limit_ns"]),
                     f"{100 * fused['share']:.0f} % of {fused['limit']:.0f} "
                     + ("GB/s" if batch == 1 else "GFLOP/s")]
                    + [beside(forms, other) for other in others])
    return table(["network", "rows", "fused, per row", "spread", "limit", "share of the limit"]
                 + others, rows) + ["", faster_peers(by_case)]


def faster_peers(by_case):
    """The sentence that names where Laminate isn't the fastest."""
    behind = []
    for (network, rows), forms in by_case.items():
        times = {form: aggregates["median"]["ns_per_row"] for form, aggregates in forms.items()
                 if form != "unfused"}
        best = min(times, key=times.get)
        if "fused" in times and best != "fused":
            behind.append(f"{network}/{rows}: {best}, {times['fused'] / times[best]:.2f} times")
    if not behind:
        return "No peer is faster in any row."
    return "Faster than Laminate: " + "; ".join(behind) + "."


def activations(found, context):
    rows = []
    functions = list(dict.fromkeys(name.split("/")[0] for name in found))
    together = sorted(found, key=lambda name: functions.index(name.split("/")[0]))
    for name in together:
        aggregates = found[name]
        function, implementation = name.split("/")
        median = aggregates["median"]
        found_error, stated = median.get("label", ";").split(";")
        share = ""
        if "peak_gflops" in median:
            # Each multiplication, added to something or not, is two floating-point operations.
            bound = median["peak_gflops"] / 2 / median["multiplications"]
            share = (f"{100 * median['elements_per_ns'] / bound:.0f} % of "
                     f"{median['multiplications']:.0f} at {median['peak_gflops']:.0f} GFLOP/s")
        rows.append([f"{function} ({implementation})", f"{median['elements_per_ns']:.2f}",
                     spread(aggregates), share, found_error, stated])
    lines = table(["function", "elements per ns", "spread", "share of the multiplications' limit",
                   "worst error found, ulp", "stated"], rows)
    absent = [value for key, value in context.items() if key.startswith("absent_")]
    return lines + (["", "Absent: " + ", ".join(absent) + "."] if absent else [])


def peers_sentence(report):
    """What the peers are, which are absent, and what they can't do."""
    context = report["context"]
    present = [f"{key[5:]} {value}" for key, value in context.items() if key.startswith("peer_")]
    cannot = {f"{entry['run_name']} ({entry['error_message']})"
              for entry in report["benchmarks"] if entry.get("error_occurred")}
    sentence = "Peers: " + "; ".join(present or ["none"]) + "."
    if context.get("absent"):
        sentence += f" Absent: {context['absent']}."
    if "images" in context:
        sentence += f" Images: {context['images']}."
    if cannot:
        sentence += " Not measured: " + ", ".join(sorted(cannot)) + "."
    return sentence


def write(report, command):
    context = report["context"]
    found = collect(report)
    lines = [f"### {pathlib.Path(context['executable']).name}, {context['compiler']}", "",
             f"{cpu_model()}, {platform.system()} {platform.machine()}; flags `{context['flags']}`; "
             f"registers of {32 * int(context['lanes'])} bits; "
             f"{datetime.date.today().isoformat()}; load {context['load_avg'][0]:.1f} at the start.",
             f"`{command}`", ""]
    measured = next(iter(found.values()), {}).get("median", {})
    if "ns_per_row" in measured:
        lines += [peers_sentence(report), ""] + networks(found)
    else:
        lines += activations(found, context)
    hashes = {key[5:]: value for key, value in context.items() if key.startswith("hash_")}
    if hashes:
        lines += ["", "Hashes of all output bits (the same for every compiler and instruction set): "
                  + ", ".join(f"{name} `{value}`" for name, value in hashes.items()) + "."]
    return "\n".join(lines) + "\n"


def figures(report):
    """What plots need of a report: its context, and the medians by name."""
    wanted = ("ns_per_row", "share", "limit", "limit_ns", "gflops", "flop_per_byte", "label")
    results = {}
    for name, aggregates in collect(report).items():
        median = aggregates["median"]
        results[name] = {key: median[key] if isinstance(median[key], str) else
                         float(f"{median[key]:.5g}") for key in wanted if key in median}
        results[name]["spread"] = spread(aggregates)
    dropped = ("executable", "host_name", "caches", "load_avg", "num_cpus", "cpu_scaling_enabled",
               "mhz_per_cpu", "library_build_type")
    context = {key: value for key, value in report["context"].items() if key not in dropped}
    return {"program": pathlib.Path(report["context"]["executable"]).name, "cpu": cpu_model(),
            "context": context, "results": results}


def main():
    arguments, options = sys.argv[1:], []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, options = arguments[:at], arguments[at + 1:]
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+", metavar="program")
    parser.add_argument("--output", type=pathlib.Path, help="a Markdown file; default: print")
    parser.add_argument("--json", type=pathlib.Path, help="a file for the medians, for plots")
    parser.add_argument("--core", type=int, default=int(os.environ.get("LAMINATE_BENCH_CORE", 0)),
                        help="the core to run on ($LAMINATE_BENCH_CORE, else 0)")
    parser.add_argument("--processes", type=int, default=5,
                        help="how often each program runs (5)")
    parser.add_argument("--any-core", dest="core", action="store_const", const=None,
                        help="don't pin")
    parsed = parser.parse_args(arguments)
    parts, runs = [], []
    for program in parsed.programs:
        name = pathlib.Path(program).name
        command = shlex.join(["bench/report.py", name] + (["--"] + options if options else []))
        report = run_often(program, parsed.core, options, parsed.processes)
        parts.append(write(report, command))
        runs.append(figures(report))
    if parsed.json:
        parsed.json.write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n")
    text = "\n".join(parts)
    if parsed.output:
        parsed.output.write_text(text)
        print(f"report.py: wrote {parsed.output}", file=sys.stderr)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
