#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times steps of training: Laminate with one and two threads, Eigen by hand, libtorch and scikit-learn
where they are found, in turns, and prints a Markdown table.

    cmake --preset bench && cmake --build --preset bench --target train_bench
    bench/train.py build/bench/bench/train_bench

Each figure is the median of some runs (`--runs`) of the best step in each, and how far runs were
apart. Shares are of the multiply-adds that the core could do in the same run.
"""

import argparse
import collections
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time

NETWORKS = {"64-128-64-10/64": (64, (128, 64), 64, 300),
            "784-256-128-10/128": (784, (256, 128), 128, 60),
            "LeNet-5/64": None}  # scikit-learn has no convolutions
FORMS = {"laminate/threads:1": "Laminate", "laminate/threads:2": "Laminate, two threads",
         "eigen": "Eigen 3, by hand", "libtorch": "libtorch", "scikit-learn": "scikit-learn"}


def run_program(program, seconds):
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [program, "--benchmark_format=json", f"--benchmark_min_time={seconds}"]
    result = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=False)
    if result.returncode != 0:
        sys.exit(f"train.py: {program} failed")
    for entry in json.loads(result.stdout)["benchmarks"]:
        network, rows, form = entry["name"].removesuffix("/real_time").split("/", 2)
        yield f"{network}/{rows}", form, entry["best_us"], entry["share"], entry["fma_peak"]


def best_scikit_step(inputs, hidden, rows, steps):
    import numpy
    from sklearn.neural_network import MLPClassifier

    random = numpy.random.default_rng(1)
    x = random.uniform(-1, 1, (rows, inputs)).astype(numpy.float32)
    y = numpy.arange(rows) % 10
    net = MLPClassifier(hidden, solver="adam", batch_size=rows, learning_rate_init=1e-4, alpha=0.0)
    net.partial_fit(x, y, classes=numpy.arange(10))
    best = float("inf")
    for _ in range(steps):
        begin = time.perf_counter()
        net.partial_fit(x, y)
        best = min(best, time.perf_counter() - begin)
    return best * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="train_bench")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5, help="of each form in each run")
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy loads it
    scikit = importlib.util.find_spec("sklearn") is not None

    times = collections.defaultdict(list)
    shares = collections.defaultdict(list)
    peaks = []
    for _ in range(options.runs):
        for network, form, best, share, peak in run_program(options.program, options.seconds):
            times[network, form].append(best)
            shares[network, form].append(share)
            peaks.append(peak)
        for network, shape in NETWORKS.items():
            if scikit and shape:
                times[network, "scikit-learn"].append(best_scikit_step(*shape))

    print(f"FMA peak of one core: {statistics.median(peaks):.0f} GFLOP/s "
          f"({min(peaks):.0f} to {max(peaks):.0f}).\n")
    print("| Network, rows | | Step | Runs | Share of FMA peak | Time / Laminate's |")
    print("|---|---|---|---|---|---|")
    for network in NETWORKS:
        ours = statistics.median(times[network, "laminate/threads:1"])
        for form, name in FORMS.items():
            found = times.get((network, form))
            if not found and form in ("libtorch", "scikit-learn") and NETWORKS[network]:
                print(f"| {network.replace('/', ', ')} | {name} | not found here | | | |")
            if not found:
                continue
            share = shares.get((network, form))
            middle = statistics.median(found)
            of_peak = f"{100 * statistics.median(share):.0f} %" if share else ""
            print(f"| {network.replace('/', ', ')} | {name} | {middle:.1f} us | "
                  f"{min(found):.1f} to {max(found):.1f} | {of_peak} | {middle / ours:.2f} |")


if __name__ == "__main__":
    main()
