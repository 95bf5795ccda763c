#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Models of the corpus, or of tests/pytorch, through `laminate`, three ways: reference, kernels,
generated source.

usage: three_ways.py <laminate> <corpus> <list of items> <work directory> [<item>...]

Reference and kernels are compared with each item's vectors by `laminate verify`; where the corpus has
none, they are only run. Outputs have to lie within the bound that verify derives from the network
(docs/models.md), those in float16 within a tolerance beside it. The sources carry a
self-test with the vectors' inputs and the kernels' outputs, row by row and by batch, bit by bit; a few
dozen of them make one program. CXX is the compiler.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import onnx
from onnx import numpy_helper

GROUPS = 16          # programs
HALF_TOLERANCE = "1e-3"  # of outputs in float16, which Laminate computes in float
# Published with four digits.
ROUNDED = {"onnx-node/test_averagepool_2d_ceil_last_window_starts_on_pad"}
SECOND_FORM = "model_eran.onnx"  # the same network as another exporter writes it, on the same vectors


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)


def arrays_of(folder, kind, count):
    """All samples of each input or output: lists of arrays, one per sample."""
    sets = sorted(folder.glob("test_data_set_*"))
    if sets:
        def tensor(data_set, k):
            proto = onnx.TensorProto()
            proto.ParseFromString((data_set / f"{kind}_{k}.pb").read_bytes())
            return numpy_helper.to_array(proto)
        return [[tensor(s, k) for s in sets] for k in range(count)]
    names = [f"{kind}s.npy"] if count == 1 else [f"{kind}s_{k}.npy" for k in range(count)]
    return [list(np.load(folder / name)) for name in names]


class Item:
    def __init__(self, corpus, name, work, model="model.onnx"):
        self.folder, self.name, self.model = corpus / name, f"{name}/{model}", corpus / name / model
        self.identifier = re.sub(r"\W", "_", name if model == "model.onnx" else self.name)
        self.work = work / self.identifier
        self.work.mkdir()
        graph = onnx.load(str(self.model), load_external_data=False).graph
        constants = {t.name for t in graph.initializer}
        self.inputs = [i.name for i in graph.input if i.name not in constants]
        self.outputs = [o.name for o in graph.output]

    def save(self, name, array):
        np.save(self.work / name, array)
        return self.work / name

    def one(self, inputs, outputs):
        """The words of a run on rows of the first input, with the first sample of all others bound
        to them, for the first output; the options of its rows, and of what is expected."""
        samples = len(inputs[0]) if len(inputs) == 1 else 1
        words = [self.model]
        for name, values in list(zip(self.inputs, inputs))[1:]:
            words += ["--constant", f"{name}={self.save(f'{len(words)}.npy', values[0])}"]
        if len(self.outputs) > 1:
            words += ["--model-output", self.outputs[0]]
        return (words, [self.save("x.npy", np.stack(inputs[0][:samples]))],
                [self.save("y.npy", np.stack(outputs[0][:samples]))])

    def all(self, laminate, inputs, outputs, kinds):
        """The same with all inputs and outputs; inputs of other kinds of numbers are bound."""
        words, rows, expected = [self.model], [], []
        inspected = run(laminate, "inspect", "--json", self.model)
        needed = self.inputs
        if inspected.returncode == 0:
            needed = [i["name"] for i in json.loads(inspected.stdout)["inputs"]]
        for k, (name, values) in enumerate(zip(self.inputs, inputs)):
            if values[0].dtype.kind in kinds:
                if name not in needed:
                    continue
                rows.append(f"{name}={self.save(f'all_x_{k}.npy', np.stack(values))}")
            else:
                words += ["--constant", f"{name}={self.save(f'all_x_{k}.npy', values[0])}"]
        for k, (name, values) in enumerate(zip(self.outputs, outputs)):
            expected.append(f"{name}={self.save(f'all_y_{k}.npy', np.stack(values))}")
        return words, rows, expected

    def check(self, laminate, sources):
        """Nothing, or what is wrong: of a file with several inputs and outputs with all of them or,
        where Laminate doesn't take that, with one."""
        try:
            inputs = arrays_of(self.folder, "input", len(self.inputs))
            outputs = arrays_of(self.folder, "output", len(self.outputs))
        except FileNotFoundError:  # the corpus has no vectors: the self-test makes some
            wrong = self.generate(laminate, sources, [self.model], ["--self-test"])
            if wrong and "at most 16 inputs" in wrong:
                wrong = self.generate(laminate, sources,
                                      [self.model, "--model-output", self.outputs[0]], ["--self-test"])
            return wrong
        if len(inputs) > 1 or len(outputs) > 1:
            for kinds in ("fiub", "f"):  # integers and truths as rows, or bound
                form = self.all(laminate, inputs, outputs, kinds)
                if form[1] and not self.compare(laminate, sources, *form):
                    return None
        return self.compare(laminate, sources, *self.one(inputs, outputs))

    def compare(self, laminate, sources, words, rows, expected):
        """Some files have a data set's number of rows as their batch."""
        x = [word for row in rows for word in ("--input", row)]
        y = [word for row in expected for word in ("--expected", row)]
        golden = [word for row in rows for word in ("--golden", row)]
        shape = np.load(str(rows[0]).rpartition("=")[2]).shape
        half = np.load(str(expected[0]).rpartition("=")[2]).dtype == np.float16
        is_rounded = half or self.folder.parent.name + "/" + self.folder.name in ROUNDED
        allowed = ["--tolerance", HALF_TOLERANCE] if is_rounded else []
        for batch in [], ["--batch", 1], ["--batch", shape[1] if len(shape) > 1 else 1]:
            verified = run(laminate, "verify", *words, *batch, *x, *y, "--no-compile", *allowed)
            if verified.returncode == 0:
                return self.generate(laminate, sources, words + batch, golden)
            if not re.search("atch|expected rows of|expected as many rows", verified.stderr):
                break
        return verified.stdout + verified.stderr

    def generate(self, laminate, sources, words, options):
        done = run(laminate, "generate", *words, "-o", sources, "--name", self.identifier,
                   "--targets", "flags", *options)
        if "keeps them on the stack" in done.stderr:  # verified, and too large for a source
            return None
        return done.stderr if done.returncode != 0 else None


def program(number, names, sources):
    """Compiles and runs one program of many sources."""
    text = "".join(f'#include "{name}.cpp"\n' for name in names)
    text += "#include <cstdio>\nint main() {\n    int wrong = 0;\n"
    for name in names:
        text += f'    if (!{name}::self_test()) wrong = 1, std::puts("{name}");\n'
    path = sources / f"program_{number}.cpp"
    path.write_text(text + "    return wrong;\n}\n")
    binary = path.with_suffix("")
    compiler = os.environ.get("CXX", "c++").split()
    compiled = run(*compiler, "-std=c++17", "-O0", "-march=native", path, "-o", binary)
    if compiled.returncode != 0:
        return "doesn't compile:\n" + compiled.stderr[:3000]
    ran = run(binary)
    return None if ran.returncode == 0 else f"other bits than the kernels': {ran.stdout}"


def main():
    laminate, corpus, names, work = map(pathlib.Path, sys.argv[1:5])
    items = sys.argv[5:] or [line.split("\t")[0] for line in names.read_text().splitlines()
                             if line.endswith("\timported")]
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    sources = work / "sources"
    sources.mkdir()
    failures = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        all_items = [Item(corpus, name, work) for name in items]
        all_items += [Item(corpus, name, work, SECOND_FORM) for name in items
                      if (corpus / name / SECOND_FORM).exists()]
        for item, wrong in zip(all_items, pool.map(lambda i: i.check(laminate, sources), all_items)):
            if wrong:
                failures.append(f"{item.name}: {wrong}")
        good = [i.identifier for i in all_items if (sources / f"{i.identifier}.cpp").exists()]
        groups = [good[g::GROUPS] for g in range(GROUPS) if good[g::GROUPS]]
        jobs = [pool.submit(program, n, group, sources) for n, group in enumerate(groups)]
        failures += [f"program {n}: {job.result()}" for n, job in enumerate(jobs) if job.result()]
    print("\n".join(failures))
    print(json.dumps({"items": len(all_items), "sources": len(good), "failures": len(failures)}))
    if not failures:
        shutil.rmtree(work)
    sys.exit(1 if failures or not good else 0)


main()
