#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Changes one place of the library at a time and looks whether a test notices.

usage: tests/mutation/mutate.py --build build/test [--number 20] [--seed 1] [--jobs 2] [--list] [file...]

Needs a build of preset `test`. Works on a copy in <build>/mutants; the checkout isn't touched. Each file
of FILES is compiled, with its change, into the test files that are named beside it; a change that
compiles and makes none of them fail is a survivor, printed with its place. By hand, not in CI: a
change takes as long as its test files take to compile. Some survivors change nothing that can be
seen (an equal bound written otherwise, a speed): read each.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))

FILES = {
    "include/laminate/kernel/forward/relu.hpp": ["tests/unit/activation_test.cpp",
                                         "tests/train/gradient_test.cpp"],
    "include/laminate/kernel/forward/exp.hpp": ["tests/unit/function_test.cpp"],
    "include/laminate/kernel/forward/tanh.hpp": ["tests/unit/function_test.cpp"],
    "include/laminate/kernel/forward/swish.hpp": ["tests/unit/function_test.cpp"],
    "include/laminate/kernel/forward/softmax.hpp": ["tests/unit/softmax_test.cpp"],
    "include/laminate/kernel/forward/dense_row.hpp": ["tests/unit/dense_row_test.cpp"],
    "include/laminate/kernel/forward/dense_narrow.hpp": ["tests/unit/dense_narrow_test.cpp"],
    "include/laminate/kernel/forward/dense_rows.hpp": ["tests/unit/dense_test.cpp"],
    "include/laminate/kernel/forward/conv.hpp": ["tests/unit/conv_test.cpp"],
    "include/laminate/kernel/forward/conv_few.hpp": ["tests/unit/conv_few_test.cpp"],
    "include/laminate/kernel/forward/depthwise.hpp": ["tests/unit/conv_test.cpp"],
    "include/laminate/kernel/forward/pool.hpp": ["tests/unit/pool_test.cpp"],
    "include/laminate/kernel/back/weight_gradient.hpp": ["tests/train/backward_test.cpp"],
    "include/laminate/kernel/back/conv_gradient.hpp": ["tests/train/window_gradient_test.cpp"],
    "include/laminate/kernel/back/depthwise_gradient.hpp": ["tests/train/window_gradient_test.cpp"],
    "include/laminate/kernel/back/pool_gradient.hpp": ["tests/train/window_gradient_test.cpp"],
    "include/laminate/train/steps/phases.hpp": ["tests/train/windows_test.cpp"],
    "include/laminate/kernel/back/loss.hpp": ["tests/train/loss_test.cpp"],
    "include/laminate/kernel/back/update.hpp": ["tests/train/optimiser_test.cpp"],
    "codegen/graph/bounds.cpp": ["tests/graph/bounds_test.cpp"],
    "codegen/graph/reference/curves.hpp": ["tests/unit/reference_test.cpp", "tests/graph/bounds_test.cpp"],
    "codegen/graph/reference/gates.hpp": ["tests/unit/reference_test.cpp", "tests/graph/bounds_test.cpp"],
    "codegen/graph/reference/pieces.hpp": ["tests/unit/reference_test.cpp", "tests/graph/bounds_test.cpp"],
    "codegen/graph/reference/floats.hpp": ["tests/unit/reference_test.cpp"],
    "codegen/graph/reference/intervals.hpp": ["tests/graph/bounds_test.cpp"],
    "codegen/graph/passes/drop_identities.cpp": ["tests/graph/optimise_test.cpp"],
    "codegen/graph/passes/fold_affine.cpp": ["tests/graph/optimise_test.cpp"],
    "codegen/graph/passes/linearise.cpp": ["tests/graph/optimise_test.cpp"],
    "codegen/graph/passes/merge_affine.cpp": ["tests/graph/optimise_test.cpp"],
    "codegen/graph/passes/merge_dense.cpp": ["tests/graph/optimise_test.cpp"],
    "codegen/graph/passes/merge_equal_units.cpp": ["tests/graph/optimise_test.cpp"],
    "codegen/graph/passes/remove_constant_units.cpp": ["tests/graph/optimise_test.cpp"],
    "codegen/graph/passes/remove_unread_units.cpp": ["tests/graph/optimise_test.cpp"],
}

# What is looked for in a line of code, and what takes its place.
OPERATORS = [
    ("+ to -", r"(?<= )\+(?= )", "-"),
    ("- to +", r"(?<= )-(?= )", "+"),
    ("* to /", r"(?<= )\*(?= )", "/"),
    ("< to <=", r"(?<= )<(?= )", "<="),
    ("<= to <", r"(?<= )<=(?= )", "<"),
    ("> to >=", r"(?<= )>(?= )", ">="),
    (">= to >", r"(?<= )>=(?= )", ">"),
    ("== to !=", r"(?<= )==(?= )", "!="),
    ("&& to ||", r"(?<= )&&(?= )", "||"),
    ("|| to &&", r"(?<= )\|\|(?= )", "&&"),
    ("min to max", r"\bmin\(", "max("),
    ("max to min", r"\bmax\(", "min("),
    ("add to sub", r"\badd\(", "sub("),
    ("true to false", r"\btrue\b", "false"),
    ("false to true", r"\bfalse\b", "true"),
    ("if (c) to if (!c)", r"\bif \((?=[^;]*\)$|[^;]*\) )", "if (!!!("),
    ("a constant changed", r"(?<![\w.])\d+\.\d+f?\b(?!\w)", None),
    ("an integer plus one", r"(?<![\w.\"<])\d+(?![\w.\">])", None),
    ("a statement removed", r"^\s+(?!return|using|const|auto|static|for|if|else|case|//|#)"
                            r"[\w.\[\]>()*&-]+(?: [+*-]?= |\().*;$", ""),
    ("a jump removed", r"^\s+(?:break|continue);$", ""),
]


def changed(name, match):
    if name == "a constant changed":
        text = match.group().rstrip("f")
        return repr(float(text) * 1.01 + (1.0 if float(text) == 0.0 else 0.0)) + (
            "f" if match.group().endswith("f") else "")
    return str(int(match.group()) + 1)


def mutations_of(path):
    """All changes of a file, as (line number, operator, line before, line after)."""
    found = []
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        for number, line in enumerate(file.read().split("\n"), 1):
            code = line.split("//")[0].rstrip()
            if not code or code.lstrip().startswith(("#", "static_assert", "template", "*")):
                continue
            for name, pattern, text in OPERATORS:
                for match in re.finditer(pattern, code):
                    if name.startswith("if"):
                        end = closing(code, match.end() - 1)
                        if end is None:
                            continue
                        after = (code[:match.start()] + "if (!" + code[match.end() - 1:end] + ")"
                                 + code[end:])
                    else:
                        after = (code[:match.start()]
                                 + (changed(name, match) if text is None else text)
                                 + code[match.end():])
                    found.append((number, name, code, after))
    return found


def closing(code, at):
    """The index behind the bracket that closes the one at `at`, if it is on this line."""
    depth = 0
    for i in range(at, len(code)):
        depth += (code[i] == "(") - (code[i] == ")")
        if depth == 0:
            return i + 1
    return None


class Workshop:
    """A copy of the sources that one change at a time is tried in."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
            self.commands = {os.path.relpath(c["file"], ROOT): c for c in json.load(file)}
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("include", "codegen", "tests"):
            shutil.copytree(os.path.join(ROOT, name), os.path.join(folder, name))
        # These headers lead to the sources by absolute paths.
        generated = os.path.join(folder, "generated")
        shutil.copytree(os.path.join(build, "codegen/include"), generated)
        for where, _, names in os.walk(generated):
            for name in names:
                path = os.path.join(where, name)
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text.replace(ROOT, folder))

    def compiled(self, source):
        """Compiles a source of the copy; gives its object, or None."""
        command = shlex.split(self.commands[source]["command"])
        out = os.path.join(self.folder, source.replace("/", "_") + ".o")
        command = command[next(i for i, w in enumerate(command) if re.search(r"(\+\+|cc)[-\d.]*$", w)):]
        command[command.index("-o") + 1] = out
        include = os.path.join(self.build, "codegen/include")
        words = [w.replace(include, os.path.join(self.folder, "generated")).replace(
            ROOT + "/", self.folder + "/") for w in command]
        # What the build itself wrote has stayed where it was.
        words = [w.replace(os.path.join(self.folder, os.path.relpath(self.build, ROOT)), self.build)
                 for w in words]
        done = subprocess.run(words + ["-w"], cwd=self.commands[source]["directory"], check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return out if done.returncode == 0 else None

    def fate(self, path, tests):
        """'stillborn', 'noticed' or 'survived'."""
        objects = []
        for source in ([path] if path.endswith(".cpp") else []) + tests:
            objects.append(self.compiled(source))
            if objects[-1] is None:
                return "stillborn"
        program = os.path.join(self.folder, "program")
        libraries = [os.path.join(self.build, "codegen/liblaminate_codegen.a"),
                     os.path.join(self.build, "tests/libtest_paths.a")]
        link = ["c++", *objects, self.main, *libraries, "-lpthread", "-o", program]
        if subprocess.run(link, check=False, stderr=subprocess.DEVNULL).returncode:
            return "stillborn"
        try:
            done = subprocess.run([program], cwd=self.folder, timeout=120, check=False,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return "noticed"
        return "noticed" if done.returncode else "survived"

    def try_change(self, path, change):
        number, _, _, after = change
        place = os.path.join(self.folder, path)
        with open(place, encoding="utf-8") as file:
            text = file.read()
        lines = text.split("\n")
        lines[number - 1] = after
        with open(place, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        fate = self.fate(path, FILES[path])
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)
        return fate


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--number", type=int, default=20, help="changes tried of each file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print the changes, try none")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    unknown = [f for f in options.files if f not in FILES]
    if unknown:
        sys.exit(f"mutate.py: no tests are named for {', '.join(unknown)}; there are: {', '.join(FILES)}")
    build = os.path.abspath(options.build)
    plan = []
    for path in options.files or FILES:
        changes = mutations_of(path)
        random.Random(options.seed).shuffle(changes)
        plan += [(path, change) for change in changes[:options.number]]
    if options.list:
        for path, (number, name, before, after) in plan:
            print(f"{path}:{number}: {name}\n  {before.strip()}\n  {after.strip()}")
        return

    workshops = [Workshop(build, os.path.join(build, f"mutants/{i}")) for i in range(options.jobs)]
    for w in workshops:
        w.main = w.compiled("tests/support/main.cpp")
    for path in dict.fromkeys(p for p, _ in plan):
        fate = workshops[0].fate(path, FILES[path])
        if fate != "survived":
            sys.exit(f"mutate.py: unchanged, {path} and its tests are {fate}; build preset test first")
    fates = {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        free = list(workshops)

        def attempt(item):
            workshop = free.pop()
            try:
                return workshop.try_change(*item)
            finally:
                free.append(workshop)

        for (path, change), fate in zip(plan, pool.map(attempt, plan)):
            fates.setdefault(path, []).append(fate)
            if fate == "survived":
                number, name, before, after = change
                print(f"{path}:{number}: survived: {name}\n  {before.strip()}\n  {after.strip()}",
                      flush=True)
    print("\nnoticed / compiled")
    for path, all_fates in fates.items():
        alive = [f for f in all_fates if f != "stillborn"]
        print(f"  {alive.count('noticed'):3} / {len(alive):3}  {path}")


main()
