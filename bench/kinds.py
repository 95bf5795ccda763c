#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the instructions of the hot calls by kind, and what they take at least.

usage: bench/kinds.py [--compiler c++] [flag...]

Flags are such as -march=x86-64-v3, without them -march=native. Counts are exact, also for AVX-512 on
a machine without it: kinds/step.cpp goes through each call instruction by instruction. Prints a
Markdown table of instructions for each row of the batch, and the cycles that multiply-adds (two a
cycle), loads (two) and all instructions (eight) need. Needs objdump and x86-64 Linux.
"""

import argparse
import collections
import pathlib
import re
import sys
import tempfile

from instructions import run

ROOT = pathlib.Path(__file__).resolve().parent.parent
CALLS = ["policy/1", "trigger/1", "trigger/48", "field/48", "digits/48", "autoencoder/48", "wide/24"]
KINDS = [  # by the first pattern that a mnemonic matches
    ("multiply-adds", r"vf[n]?m(add|sub)|vmul"),
    ("additions", r"vadd|vsub|vdiv|vmax|vmin|vcmp|vandp|vandn|vorp|vxor|vpand|vpor|vpxor|vp?s[lr]l|vps"),
    ("shuffles", r"v?p?(shuf|perm|unpck|blend|insert|extract|align|expand)|vperm|vp?blend|vshuf"
                 r"|vunpck|vinsert|vextract|vbroadcast.*%[xyz]mm\d+,%|vmov(hl|lh|sh|sl|d)"),
    ("loads and moves", r"v(mov|broadcast|maskmov)"),
    ("other", r""),
]


def instructions(program):
    """The text of the instruction at each address."""
    found = re.finditer(r"^ *([0-9a-f]+):\t(.*)$",
                        run(["objdump", "-dw", "--no-show-raw-insn", program]), re.M)
    return {int(line[1], 16): line[2].split("#")[0].strip() for line in found}


def kind(text):
    return next(name for name, pattern in KINDS if re.match(pattern, text))


def stores(text):
    """Whether what is written is memory: the last operand is, and it isn't only compared."""
    return text.endswith(")") and bool(re.match(r"v?mov|vmask|vextract", text))


def loads(text):
    return "(" in text and not stores(text) and not re.match(r"lea|nop|data16|cs nop|prefetch", text)


def count(compiler, flags):
    """For each call the number of instructions by their text."""
    with tempfile.TemporaryDirectory() as folder:
        step, program, lengths = (f"{folder}/{name}" for name in ("step", "calls", "lengths"))
        kinds = ROOT / "bench" / "kinds"
        run([compiler, "-std=c++20", "-O2", kinds / "step.cpp", "-o", step])
        run([compiler, "-std=c++20", "-O3", "-DNDEBUG", "-static", *flags, f"-I{ROOT}/include",
             kinds / "calls.cpp", "-o", program])
        texts = instructions(program)
        places = sorted(texts)
        pathlib.Path(lengths).write_text(
            "".join(f"{at} {after - at}\n" for at, after in zip(places, places[1:])))
        calls = run([step, program, lengths]).split("call\n")[1:]
    for call in calls:
        counted = collections.Counter()
        for at, times in (line.split() for line in call.splitlines()):
            counted[texts[int(at)]] += int(times)
        yield counted


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="c++")
    options, flags = parser.parse_known_args()
    names = [name for name, _ in KINDS]
    print(f"| call | all | {' | '.join(names)} | of all, loads | stores | cycles: multiply-adds "
          "| loads | all |")
    print("| --- |" + " ---: |" * (len(names) + 6))
    for name, counted in zip(CALLS, count(options.compiler, flags or ["-march=native"])):
        rows = int(name.split("/")[1])
        found = [sum(n for text, n in counted.items() if kind(text) == k) / rows for k in names]
        every = sum(counted.values()) / rows
        loaded = sum(n for text, n in counted.items() if loads(text)) / rows
        stored = sum(n for text, n in counted.items() if stores(text)) / rows
        print(f"| {name} | {every:.0f} | {' | '.join(f'{n:.0f}' for n in found)} | {loaded:.0f} "
              f"| {stored:.0f} | {found[0] / 2:.0f} | {loaded / 2:.0f} | {every / 8:.0f} |")


main()
