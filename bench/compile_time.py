#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compile time and object size of networks against their depth and width, as Markdown.

Each source declares one network and calls its model for a row and for a batch. The baselines are an
empty file and one that only includes the library; the `plan` series only declares and plans. Times
are the best of several tries, in CPU seconds, so that a busy machine disturbs little. Needs Python's
standard library, the compilers, and `size` of binutils for sizes.
"""

import argparse
import os
import pathlib
import platform
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

INCLUDE = "#include <laminate/laminate.hpp>\n"

RUN = INCLUDE + """
namespace lam = laminate;
struct subject : lam::network<{stack}> {{}};
using model = lam::model<subject>;
void one(const model& m, const model::row_in& in, model::row_out& out) {{ m(in, out); }}
void many(const model& m, std::span<const float> in, std::span<float> out) {{ m.batch(in, out); }}
"""

PLAN = INCLUDE + """
namespace lam = laminate;
struct subject : lam::network<{stack}> {{}};
static_assert(lam::plan(subject{{}}).parameters > 0, "a network has parameters");
"""


def layers(widths):
    return "lam::input<64>" + "".join(f"\n    | lam::dense<{w}> | lam::relu" for w in widths)


def convolutions(widths):
    return "lam::input<16, 16, 8>" + "".join(f"\n    | lam::conv2d<{w}, 3>(lam::same) | lam::relu"
                                             for w in widths)


RESNET_8 = """lam::input<32, 32, 3> | lam::conv2d<16, 3>(lam::same) | lam::relu
    | lam::residual(lam::conv2d<16, 3>(lam::same) | lam::relu | lam::conv2d<16, 3>(lam::same)) | lam::relu
    | lam::add(lam::conv2d<32, 1>(lam::stride<2>),
               lam::conv2d<32, 3>(lam::same, lam::stride<2>) | lam::relu | lam::conv2d<32, 3>(lam::same))
    | lam::relu
    | lam::add(lam::conv2d<64, 1>(lam::stride<2>),
               lam::conv2d<64, 3>(lam::same, lam::stride<2>) | lam::relu | lam::conv2d<64, 3>(lam::same))
    | lam::relu | lam::global_average_pool | lam::dense<10> | lam::softmax"""


def series(quick):
    """(title, what varies, [(value, source)]), one per table."""
    deep = [1, 2] if quick else [1, 2, 4, 8, 16, 32, 64, 128]
    distinct = [1, 2] if quick else [1, 2, 4, 8, 16, 32]
    wide = [8] if quick else [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096]
    convolved = [1, 2] if quick else [1, 2, 4, 8, 16]
    channels = [8] if quick else [8, 16, 32, 64, 128]
    return [
        ("Depth, declared and planned only", "layers",
         [(n, PLAN.format(stack=layers([64] * n))) for n in deep]),
        ("Depth, equal layers of 64 units", "layers",
         [(n, RUN.format(stack=layers([64] * n))) for n in deep]),
        ("Depth, each layer of another width (65, 66, 67, ... units), so of another kernel", "layers",
         [(n, RUN.format(stack=layers([65 + i for i in range(n)]))) for n in distinct]),
        ("Width, two layers", "units", [(n, RUN.format(stack=layers([n, n]))) for n in wide]),
        ("Depth, convolutions of 3 x 3, each of another width (16, 24, 32, ... channels), so of another "
         "kernel", "convolutions",
         [(n, RUN.format(stack=convolutions([16 + 8 * i for i in range(n)]))) for n in convolved]),
        ("Width, two convolutions of 3 x 3", "channels",
         [(n, RUN.format(stack=convolutions([n, n]))) for n in channels]),
        ("ResNet-8, of 9 convolutions", "networks", [(1, RUN.format(stack=RESNET_8))]),
    ]


def compile_once(compiler, flags, source, folder):
    """CPU seconds and the object's path, or None and the error when it doesn't compile."""
    cpp = folder / "subject.cpp"
    cpp.write_text(source)
    out = folder / "subject.o"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run([compiler, *flags, f"-I{ROOT}/include", "-c", str(cpp), "-o", str(out)],
                            stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        return None, next((line for line in result.stderr.splitlines() if "error" in line), "")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, out


def text_size(path):
    """Bytes of code and constants, or None."""
    if not shutil.which("size"):
        return None
    lines = subprocess.run(["size", str(path)], capture_output=True, text=True, check=True).stdout
    return int(lines.splitlines()[1].split()[0])


def measure(compiler, flags, source, tries):
    """The best time and the size of the code; (None, None) when it doesn't compile."""
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for _ in range(tries):
            seconds, out = compile_once(compiler, flags, source, pathlib.Path(folder))
            if seconds is None:
                print(f"{compiler}: {out}", file=sys.stderr)
                return None, None
            times.append(seconds)
            if seconds > 10.0:
                break
        return min(times), text_size(out)


def fit(points):
    """Least squares: intercept, slope, and the largest distance from the line."""
    n = len(points)
    mean_x = sum(x for x, _ in points) / n
    mean_y = sum(y for _, y in points) / n
    slope = (sum((x - mean_x) * (y - mean_y) for x, y in points) /
             sum((x - mean_x) ** 2 for x, _ in points))
    intercept = mean_y - slope * mean_x
    return intercept, slope, max(abs(y - intercept - slope * x) for x, y in points)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", action="append",
                        help="may be given several times (g++ and clang++-19)")
    parser.add_argument("--flags", default="-std=c++20 -O2 -march=native")
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--only", default="", help="series with this in their titles: convolutions")
    parser.add_argument("--quick", action="store_true", help="the smallest networks once, as a test")
    parser.add_argument("--output", type=pathlib.Path, help="a Markdown file; default: print")
    parsed = parser.parse_args()
    compilers = parsed.compiler or [c for c in ("g++", "clang++-19") if shutil.which(c)]
    flags = shlex.split(parsed.flags) + shlex.split(os.environ.get("CPPFLAGS", ""))
    tries = 1 if parsed.quick else parsed.tries

    failed = False
    lines = [f"Flags `{parsed.flags}`, best of {tries}, CPU seconds; {platform.machine()}. Text is "
             "code and constants in KB.", ""]
    lines += ["| baseline |" + "".join(f" {c} |" for c in compilers),
              "| --- |" + " ---: |" * len(compilers)]
    for title, source in (("an empty file", "int main() {}\n"), ("laminate.hpp alone", INCLUDE)):
        times = [measure(c, flags, source, tries)[0] for c in compilers]
        if None in times:
            sys.exit("compile_time.py: " + title + " does not compile")
        cells = [f"{seconds:.2f} s" for seconds in times]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
        print(lines[-1], file=sys.stderr, flush=True)
    for title, unit, sources in series(parsed.quick):
        if parsed.only not in title:
            continue
        lines += ["", f"**{title}**", "",
                  f"| {unit} |" + "".join(f" {c} | text |" for c in compilers),
                  "| ---: |" + " ---: | ---: |" * len(compilers)]
        points = {c: [] for c in compilers}
        for value, source in sources:
            cells = []
            for c in compilers:
                seconds, size = measure(c, flags, source, tries)
                if seconds is None:
                    failed = True
                    cells += ["does not compile", ""]
                    continue
                points[c].append((value, seconds))
                cells += [f"{seconds:.2f} s", "" if size is None else f"{size / 1000:.1f}"]
            lines.append(f"| {value} | " + " | ".join(cells) + " |")
            print(lines[-1], file=sys.stderr, flush=True)
        if unit in ("layers", "convolutions") and len(sources) > 2:
            lines.append("")
            for c in compilers:
                intercept, slope, worst = fit(points[c])
                lines.append(f"{c}: {intercept:.2f} s + {1000 * slope:.1f} ms per {unit[:-1]}; no point "
                             f"is further than {worst:.2f} s from this line.")
    text = "\n".join(lines) + "\n"
    if parsed.output:
        parsed.output.write_text(text)
    else:
        print(text, end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
