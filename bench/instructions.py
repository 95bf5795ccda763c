#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the instructions of the hot calls and compares them with stored counts.

usage: bench/instructions.py [--compiler c++]... [--update]

Counts don't depend on clocks, caches or a busy machine, so that a slowdown shows where times can't be
trusted. Callgrind counts one row and batches of 7 and 64 of the networks of networks.hpp, compiled for
x86-64-v3 (valgrind 3.19 knows no AVX-512). The stored counts are instructions/<compiler>-<version>.txt,
one for each major version; a compiler without such a file has nothing to be compared with, and its
counts are only printed. Exit code 1: a count differs by more than 2 %. Needs valgrind and its headers.
"""

import argparse
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
STORED = ROOT / "bench" / "instructions"
FLAGS = ["-std=c++20", "-O3", "-DNDEBUG", "-march=x86-64-v3"]
TOLERANCE = 0.02


def run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        name = pathlib.Path(sys.argv[0]).stem
        sys.exit(f"{name}: this fails:\n{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def version(compiler):
    """'gcc-12' or 'clang-19'."""
    macros = run([compiler, "-dM", "-E", "-x", "c++", "/dev/null"])

    def macro(name):
        return re.search(rf"#define {name} (\d+)", macros)
    clang, apple = macro("__clang_major__"), macro("__apple_build_version__")
    name = "gcc" if not clang else "apple-clang" if apple else "clang"
    return f"{name}-{(clang or macro('__GNUC__')).group(1)}"


def count(compiler):
    """The instructions of each call, in the order of the program."""
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/calls"
        run([compiler, *FLAGS, f"-I{ROOT}/include", STORED / "calls.cpp", "-o", program])
        run(["valgrind", "--tool=callgrind", "--instr-atstart=no",
             f"--callgrind-out-file={folder}/counts", program])
        counts = {}
        # One file for each request to dump, numbered; the last, without a number, is the rest.
        dumps = [path for path in pathlib.Path(folder).glob("counts.*")]
        for dump in sorted(dumps, key=lambda path: int(path.suffix[1:])):
            text = dump.read_text()
            name = re.search(r"^desc: Trigger: Client Request: (\S+)$", text, re.M).group(1)
            counts[name] = int(re.search(r"^totals: (\d+)$", text, re.M).group(1))
    return counts


def read(path):
    lines = [line.split() for line in path.read_text().splitlines() if not line.startswith("#")]
    return {name: int(number) for name, number in lines}


def write(path, counts):
    path.write_text(f"# Instructions of the hot calls; {' '.join(FLAGS)}. Written by "
                    "bench/instructions.py --update\n"
                    + "".join(f"{name} {number}\n" for name, number in counts.items()))


def differences(expected, found):
    """A sentence for each call whose count isn't what it was."""
    for name in expected | found:
        if name not in found:
            yield f"{name}: {expected[name]} instructions are stored, but there is no such call"
        elif name not in expected:
            yield f"{name}: {found[name]} instructions found, none stored"
        else:
            change = found[name] / expected[name] - 1
            if abs(change) > TOLERANCE:
                yield (f"{name}: {'more' if change > 0 else 'fewer'} instructions: expected "
                       f"{expected[name]}, found {found[name]} ({100 * change:+.1f} %)")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", action="append", help="may be given several times")
    parser.add_argument("--update", action="store_true", help="store what is counted")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("instructions: valgrind is missing (Debian, Ubuntu: valgrind)")
    compilers = options.compiler or ["c++"]
    versions = [version(compiler) for compiler in compilers]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(count, compilers))
    failed = False
    for compiler, name, found in zip(compilers, versions, results):
        path = STORED / f"{name}.txt"
        shown = path.relative_to(ROOT)
        if options.update:
            write(path, found)
            print(f"{name}: {len(found)} counts written to {shown}")
        elif not path.exists():
            print(f"{name}: nothing to compare with; --update would write {shown}")
            print("".join(f"  {call} {number}\n" for call, number in found.items()), end="")
        elif wrong := list(differences(read(path), found)):
            failed = True
            print(f"{name}: {len(wrong)} of {len(found)} counts differ by more than "
                  f"{100 * TOLERANCE:.0f} % from {shown}")
            print("".join(f"  {line}\n" for line in wrong), end="")
            print("  Fewer are progress to be kept, more are a slowdown unless each does more. When "
                  "they are meant,\n  store them and say so in the commit:\n"
                  f"  bench/instructions.py --compiler {compiler} --update")
        else:
            print(f"{name}: {len(found)} counts are within {100 * TOLERANCE:.0f} % of {shown}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
