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
import time

from machine import instruction_set, peers_environment, processor, unfair_to_openblas


def pinned(core):
    if core is not None and shutil.which("taskset"):
        return ["taskset", "--cpu-list", str(core)]
    return []


def run(program, core, options):
    """The program's report, as Google Benchmark's JSON; None if none of its benchmarks is wanted."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = pinned(core) + [program, f"--benchmark_out={out.name}",
                                  "--benchmark_out_format=json",
                                  "--benchmark_report_aggregates_only=false",
                                  "--benchmark_display_aggregates_only=true"] + options
        result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                env=peers_environment())
        if result.returncode != 0:
            sys.exit(f"report.py: this fails: {shlex.join(command)}\n{result.stderr}")
        text = pathlib.Path(out.name).read_text()  # empty where no name matches a filter
        report = json.loads(text) if text.strip() else {}
        return report if report.get("benchmarks") else None


def duration(seconds):
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def number(count, one, many):
    return f"{count} {one if count == 1 else many}"


class Progress:
    """How far a measurement is, on standard error, and how long the rest will take."""

    def __init__(self, programs, processes):
        self.left = [name for name in programs for _ in range(processes)]
        self.processes = processes
        self.took = {}  # {program: [seconds of each of its processes]}

    def seconds_left(self):
        """A process takes what others of its program took, else what others took."""
        all_took = [seconds for some in self.took.values() for seconds in some]
        return sum(statistics.fmean(self.took.get(name) or all_took) for name in self.left)

    def done(self, name, seconds):
        self.left.remove(name)
        self.took.setdefault(name, []).append(seconds)
        self.say(f"{name}: {duration(seconds)}")

    def nothing(self, name):
        for _ in range(self.processes):
            self.left.remove(name)
        self.say(f"{name}: none of its benchmarks is wanted")

    def say(self, what):
        left = f"; about {duration(self.seconds_left())} left" if self.left and self.took else ""
        print(f"report.py: {what}{left}", file=sys.stderr, flush=True)


def run_often(program, core, options, processes, progress):
    """The reports of some processes as one, or None: where pages lie in the caches is luck, and the
    same for all repetitions of a process."""
    name, reports, begin = pathlib.Path(program).name, [], time.monotonic()
    for _ in range(processes):
        before = time.monotonic()
        report = run(program, core, options)
        if report is None:
            progress.nothing(name)
            return None
        reports.append(report)
        progress.done(name, time.monotonic() - before)
    return {"context": reports[0]["context"], "processes": processes,
            "seconds": round(time.monotonic() - begin),
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


def cases(results):
    """{(network, rows of a call): {form: figures}}"""
    by_case = {}
    for name, found in results.items():
        network, rows, form = name.split("/")
        by_case.setdefault((network, int(rows)), {})[form] = found
    return by_case


def beside(forms, other):
    """Another form's time per row, and how many times the fused one's it is."""
    if other not in forms:
        return ""
    fused, ns = (forms[form]["ns_per_row"] for form in ("fused", other))
    return f"{time_text(ns)} ({ns / fused:.2f})"


def networks(results):
    by_case = cases(results)
    others = [form for form in dict.fromkeys(name.split("/")[2] for name in results)
              if form != "fused"]
    rows = []
    for (network, batch), forms in by_case.items():
        if "fused" not in forms:
            continue
        fused = forms["fused"]
        rows.append([network, str(batch), time_text(fused["ns_per_row"]), fused["spread"],
                     time_text(fused["limit_ns"]),
                     f"{100 * fused['share']:.0f} % of {fused['limit']:.0f} "
                     + ("GB/s" if batch == 1 and "by_products" not in fused else "GFLOP/s")]
                    + [beside(forms, other) for other in others])
    return table(["network", "rows", "fused, per row", "spread", "limit", "share of the limit"]
                 + others, rows) + ["", faster_peers(by_case)]


def faster_peers(by_case):
    """The sentence that names where Laminate isn't the fastest."""
    behind, compared = [], False
    for (network, rows), forms in by_case.items():
        times = {form: found["ns_per_row"] for form, found in forms.items()
                 if form not in ("unfused", "chain")}
        if "fused" not in times or len(times) == 1:
            continue
        compared = True
        best = min(times, key=times.get)
        if best != "fused":
            behind.append(f"{network}/{rows}: {best}, {times['fused'] / times[best]:.2f} times")
    if not compared:
        return "No peer was measured beside Laminate."
    if not behind:
        return "No peer is faster in any row."
    return "Faster than Laminate: " + "; ".join(behind) + "."


def activations(results, context):
    rows = []
    functions = list(dict.fromkeys(name.split("/")[0] for name in results))
    together = sorted(results, key=lambda name: functions.index(name.split("/")[0]))
    for name in together:
        found = results[name]
        function, implementation = name.split("/")
        found_error, stated = found.get("label", ";").split(";")
        share = ""
        if "peak_gflops" in found:
            # Each multiplication, added to something or not, is two floating-point operations.
            bound = found["peak_gflops"] / 2 / found["multiplications"]
            share = (f"{100 * found['elements_per_ns'] / bound:.0f} % of "
                     f"{found['multiplications']:.0f} at {found['peak_gflops']:.0f} GFLOP/s")
        rows.append([f"{function} ({implementation})", f"{found['elements_per_ns']:.2f}",
                     found["spread"], share, found_error, stated])
    lines = table(["function", "elements per ns", "spread", "share of the multiplications' limit",
                   "worst error found, ulp", "stated"], rows)
    absent = [value for key, value in context.items() if key.startswith("absent_")]
    return lines + (["", "Absent: " + ", ".join(absent) + "."] if absent else [])


def peers_sentence(run):
    """What the peers are, which are absent, what they can't do, and which is at a disadvantage."""
    context = run["context"]
    present = [f"{key[5:]} {value}" for key, value in context.items() if key.startswith("peer_")]
    sentence = "Peers: " + "; ".join(present or ["none"]) + "."
    if context.get("absent"):
        sentence += f" Absent: {context['absent']}."
    if "images" in context:
        sentence += f" Images: {context['images']}."
    if run["cannot"]:
        sentence += (" Not measured: "
                     + ", ".join(f"{name} ({why})" for name, why in sorted(run["cannot"].items()))
                     + ".")
    unfair = unfair_to_openblas(context.get("peer_OpenBLAS", ""), run["instruction_set"])
    return sentence + (f" **{unfair}**" if unfair else "")


def figures(report, command):
    """What tables and plots need of a report: what was run where, and the medians by name."""
    wanted = ("ns_per_row", "share", "limit", "limit_ns", "by_products", "gflops", "flop_per_byte",
              "label",
              "elements_per_ns", "peak_gflops", "multiplications")
    results = {}
    for name, aggregates in collect(report).items():
        median = aggregates["median"]
        results[name] = {key: median[key] if isinstance(median[key], str) else
                         float(f"{median[key]:.5g}") for key in wanted if key in median}
        results[name]["spread"] = spread(aggregates)
    dropped = ("executable", "host_name", "caches", "load_avg", "num_cpus", "cpu_scaling_enabled",
               "mhz_per_cpu", "library_build_type", "date")
    context = {key: value for key, value in report["context"].items() if key not in dropped}
    return {"program": pathlib.Path(report["context"]["executable"]).name,
            "processor": processor(), "instruction_set": instruction_set(),
            "system": f"{platform.system()} {platform.machine()}",
            "date": datetime.date.today().isoformat(), "command": command,
            "load": round(report["context"]["load_avg"][0], 1), "processes": report["processes"],
            "seconds": report["seconds"], "context": context,
            "cannot": {entry["run_name"]: entry["error_message"]
                       for entry in report["benchmarks"] if entry.get("error_occurred")},
            "results": results}


def write(run):
    """One program's figures as a section of Markdown."""
    context = run["context"]
    took = f" in {duration(run['seconds'])}" if "seconds" in run else ""
    lines = [f"### {run['program']}, {context['compiler']}", "",
             f"{run['processor']}, {run['system']}; flags `{context['flags']}`; "
             f"registers of {32 * int(context['lanes'])} bits; {run['date']}; load {run['load']:.1f} "
             f"at the start; {number(run['processes'], 'process', 'processes')}{took}.",
             f"`{run['command']}`", ""]
    results = run["results"]
    if "absent" in context:
        lines += [peers_sentence(run), ""] + networks(results)
    else:
        lines += activations(results, context)
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
    parser.add_argument("--json", type=pathlib.Path, help="a file for the medians, for plots")
    parser.add_argument("--core", type=int, default=int(os.environ.get("LAMINATE_BENCH_CORE", 0)),
                        help="the core to run on ($LAMINATE_BENCH_CORE, else 0)")
    parser.add_argument("--processes", type=int,
                        default=int(os.environ.get("LAMINATE_BENCH_PROCESSES", 5)),
                        help="how often each program runs ($LAMINATE_BENCH_PROCESSES, else 5)")
    parser.add_argument("--any-core", dest="core", action="store_const", const=None,
                        help="don't pin")
    parsed = parser.parse_args(arguments)
    names = [pathlib.Path(program).name for program in parsed.programs]
    progress, runs = Progress(names, parsed.processes), []
    progress.say(f"{', '.join(names)}: {number(parsed.processes, 'process', 'processes')} of each")
    for program, name in zip(parsed.programs, names):
        report = run_often(program, parsed.core, options, parsed.processes, progress)
        if report:
            command = shlex.join(["bench/report.py", name] + (["--"] + options if options else []))
            runs.append(figures(report, command))
    if not runs:
        sys.exit(f"report.py: nothing was measured: no benchmark of {', '.join(dict.fromkeys(names))} "
                 f"is wanted by {shlex.join(options)}")
    if parsed.json:
        parsed.json.write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n")
    text = "\n".join(map(write, runs))
    if parsed.output:
        parsed.output.write_text(text)
        print(f"report.py: wrote {parsed.output}", file=sys.stderr)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
