#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every command of `laminate`: the good path, and each way to be wrong with its exit code and words.

usage: commands.py <laminate> [unittest arguments]
LAMINATE_SOURCE is the checkout. Prints "skipped: ..." where NumPy or onnx is missing.
"""
import json
import math
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from xml.etree import ElementTree

try:
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
except ImportError as problem:
    # CI must not pass without having run this.
    print(f"{'missing' if os.environ.get('CI') else 'skipped'}: {problem}. Install python3-numpy and "
          "python3-onnx")
    sys.exit(1 if os.environ.get("CI") else 0)

LAMINATE = pathlib.Path(sys.argv[1]).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]


def constant(name, array, dtype=np.float32):
    return numpy_helper.from_array(np.asarray(array, dtype), name)


class Net:
    """An ONNX model under construction: nodes in a line."""

    def __init__(self, width, name="net", shape=None):
        self.name, self.value, self.nodes, self.constants = name, "x", [], []
        self.inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT,
                                                     shape or ["batch", width])]

    def add(self, operator, *arrays, **attributes):
        name = f"{operator.lower()}{len(self.nodes)}"
        names = []
        for i, array in enumerate(arrays):
            names.append(f"{name}.{i}")
            self.constants.append(constant(names[-1], array))
        self.nodes.append(helper.make_node(operator, [self.value, *names], [name], name=name,
                                           **attributes))
        self.value = name
        return self

    def save(self, path, width, opset=13):
        graph = helper.make_graph(
            self.nodes, self.name, self.inputs,
            [helper.make_tensor_value_info(self.value, TensorProto.FLOAT, ["batch", width])],
            self.constants)
        onnx.save(helper.make_model(graph, producer_name="tests", ir_version=7,
                                    opset_imports=[helper.make_opsetid("", opset)]), str(path))
        return path


RANDOM = np.random.default_rng(7)
W1, B1 = RANDOM.normal(0, 0.6, (4, 6)), RANDOM.normal(0, 0.3, 6)
W2, B2 = RANDOM.normal(0, 0.6, (6, 6)), RANDOM.normal(0, 0.3, 6)
W3, B3 = RANDOM.normal(0, 0.6, (6, 3)), RANDOM.normal(0, 0.3, 3)
W1, B1, W2, B2, W3, B3 = (a.astype(np.float32).astype(np.float64) for a in (W1, B1, W2, B2, W3, B3))
X = RANDOM.uniform(-1, 1, (9, 4)).astype(np.float32)


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def logits(x, w2=W2, weight=lambda w: w):
    h = np.maximum(x @ weight(W1) + weight(B1), 0)
    h = np.tanh(h @ weight(w2) + weight(B2))
    return h @ weight(W3) + weight(B3)


def network():
    return (Net(4).add("Gemm", W1, B1).add("Relu").add("Gemm", W2, B2).add("Tanh")
            .add("Gemm", W3, B3))


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="laminate_test."))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.model = network().save(self.folder / "net.onnx", 3)
        self.x = self.array("x.npy", X)
        self.y = self.array("y.npy", logits(X.astype(np.float64)))

    def array(self, name, array):
        np.save(self.folder / name, array)
        return self.folder / name

    def text(self, name, text):
        (self.folder / name).write_text(text)
        return self.folder / name

    def laminate(self, *words, code=0, says=(), **environment):
        done = subprocess.run([LAMINATE, *map(str, words)], capture_output=True, text=True,
                              cwd=self.folder, stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, **environment})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        said = done.stdout if code == 0 else done.stdout + done.stderr
        for words_expected in [says] if isinstance(says, str) else says:
            self.assertIn(words_expected, said)
        self.assertNotIn("\x1b", said, "colours in a pipe")
        return done.stdout

    def report(self, *words, code=0):
        return json.loads(self.laminate(*words, "--json", code=code))

    def files(self, folder):
        return sorted(p.name for p in (self.folder / folder).iterdir())


class Usage(Case):
    def test_help_and_version(self):
        self.laminate("--help", says=["generate", "inspect", "run", "verify", "bench", "operators",
                                      "Examples:", "Exit codes"])
        for command in ("generate", "inspect", "run", "verify", "bench", "operators",
                        "completion"):
            self.laminate(command, "--help", says=["Examples:", f"laminate {command}"])
        version = (SOURCE / "include/laminate/base/version.hpp").read_text().split('"')[1]
        self.assertEqual(self.laminate("--version"), f"laminate {version}\n")

    def test_wrong_usage(self):
        for words, says in [
                ([], "command is required"), (["nonsense"], "nonsense"), (["generate"], "model"),
                (["generate", "m.onnx", "--nonsense"], "--nonsense"),
                (["run", "m.onnx"], "--input is required"),
                (["verify", "m.onnx", "--input", "x.npy"], "--expected is required"),
                (["generate", "m.onnx", "--weights", "elsewhere"], "elsewhere"),
                (["generate", "m.onnx", "--targets", "x86-64,avx2"],
                 "expected flags, or some of x86-64,x86-64-v3,x86-64-v4; found 'x86-64,avx2'"),
                (["generate", "m.onnx", "--targets", "flags,x86-64"], "found 'flags,x86-64'"),
                (["generate", "m.onnx", "--dsl", "--targets", "flags"], "excludes --dsl"),
                (["inspect", "m.onnx", "--set", "batch"], "name=N"),
                (["inspect", "m.onnx", "--set", "n=many"], "n=many"),
                (["inspect", "m.onnx", "--constant", "mask"], "name=value"),
                (["inspect", "m.onnx", "--batch", "0"], "--batch"),
                (["nonsense", "m.onnx"], "nonsense is no command"),
                (["generate", "m.onnx", "--dsl", "--weights", "binary"], "excludes --dsl"),
                (["generate", "m.onnx", "--dsl", "--self-test"], "excludes --dsl"),
                (["inspect", "m.onnx", "--dot", "--json"], "excludes --dot"),
                (["completion", "tcsh"], "tcsh")]:
            self.laminate(*words, code=2, says=says)

    def test_did_you_mean(self):
        model = ["generate", "m.onnx"]
        for words, meant in [
                (["genrate", "m.onnx"], "generate"), (["inspct"], "inspect"), (["veryfi"], "verify"),
                (["gen"], "generate"), (["operator"], "operators"), (["--versoin"], "--version"),
                ([*model, "--output-dir", "x"], "--output"), ([*model, "--out=x"], "--output"),
                ([*model, "-output", "x"], "--output"), ([*model, "--outptu", "x"], "--output"),
                ([*model, "--name-space", "x"], "--namespace"), ([*model, "--selftest"], "--self-test"),
                ([*model, "--input-range", "-1,1", "--no-optimise"], "--no-optimize"),
                (["inspect", "m.onnx", "--jsno"], "--json"),
                (["verify", "m.onnx", "--input", "x.npy", "--expcted", "y.npy"], "--expected")]:
            self.laminate(*words, code=2, says=f"Did you mean {meant}?")
        for words in (["nonsense"], [*model, "--nonsense"], [*model, "b.onnx"],
                      [*model, "--weights", "elsewhere"], ["run", "m.onnx"]):
            done = subprocess.run([LAMINATE, *words], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertNotIn("Did you mean", done.stdout + done.stderr)

    def test_standard_output_full(self):
        if os.path.exists("/dev/full"):
            with open("/dev/full", "w", encoding="ascii") as full:
                done = subprocess.run([LAMINATE, "operators"], stdout=full, stderr=subprocess.PIPE,
                                      text=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("standard output", done.stderr)


class Generate(Case):
    def test_files_compile_and_test_themselves(self):
        self.laminate("generate", self.model, "-o", "out", "--name", "small", "--namespace", "a::b",
                      "--golden", self.x, "--c-interface", says="out/small.hpp")
        self.assertEqual(self.files("out"), ["small.cpp", "small.h", "small.hpp"])
        self.text("main.cpp", '#include "out/small.hpp"\nint main() { return !a::b::self_test(); }\n')
        compiler = os.environ.get("CXX", "c++").split()
        subprocess.run([*compiler, "-std=c++17", "main.cpp", "out/small.cpp", "-o", "program"],
                       cwd=self.folder, check=True)
        subprocess.run([self.folder / "program"], check=True)

    def test_again_gives_the_same_bytes(self):
        for folder in ("a", "b", "a"):
            self.laminate("generate", self.model, "-o", folder)
        self.assertEqual((self.folder / "a/net.cpp").read_bytes(),
                         (self.folder / "b/net.cpp").read_bytes())

    def test_report(self):
        report = self.report("generate", self.model, "-o", "out")
        self.assertEqual([os.path.basename(f) for f in report["files"]], ["net.cpp", "net.hpp"])
        self.assertEqual(report["parameters"], 30 + 42 + 21)

    def test_depfile(self):
        self.laminate("generate", self.model, "-o", "out", "--depfile", "net.d")
        text = (self.folder / "net.d").read_text()
        self.assertEqual([os.path.basename(name) for name in text.split(":")[0].split()],
                         ["net.cpp", "net.hpp"])
        self.assertIn(str(self.model), text.split(":")[1])

    def test_depfile_of_difficult_names(self):
        folder = self.folder / "a b#c$d\\e\\ f"
        folder.mkdir()
        shutil.copy(self.model, folder / "net.onnx")
        self.laminate("generate", folder / "net.onnx", "-o", folder, "--depfile", "net.d")
        text = (self.folder / "net.d").read_text()
        name = str(self.folder) + "/a\\ b\\#c$$d\\e\\\\\\ f/net"
        self.assertEqual(text, f"{name}.cpp {name}.hpp : \\\n  {name}.onnx\n")

    def test_external_data(self):
        model = onnx.load(str(self.model))
        (self.folder / "beside").mkdir()
        onnx.save(model, str(self.folder / "beside/net.onnx"), save_as_external_data=True,
                  location="numbers.bin", size_threshold=0)
        self.laminate("generate", "beside/net.onnx", "-o", "out", "--depfile", "net.d")
        text = (self.folder / "net.d").read_text()
        self.assertIn("numbers.bin", text)
        (self.folder / "beside/numbers.bin").unlink()
        self.laminate("generate", "beside/net.onnx", "-o", "other", code=1, says="numbers.bin")
        self.assertFalse((self.folder / "other").exists())

    def test_foreign_files_stay(self):
        (self.folder / "out").mkdir()
        self.text("out/net.cpp", "mine\n")
        self.laminate("generate", self.model, "-o", "out", code=1,
                      says=["net.cpp", "Laminate didn't write", "--force"])
        self.assertEqual(self.files("out"), ["net.cpp"])
        self.assertEqual((self.folder / "out/net.cpp").read_text(), "mine\n")
        self.laminate("generate", self.model, "-o", "out", "--force")
        self.assertEqual(self.files("out"), ["net.cpp", "net.hpp"])
        (self.folder / "folder/net.hpp").mkdir(parents=True)
        for words in [], ["--force"]:
            self.laminate("generate", self.model, "-o", "folder", *words, code=1,
                          says=["net.hpp", "directory"])
            self.assertEqual(self.files("folder"), ["net.hpp"])

    def test_dsl(self):
        self.laminate("generate", self.model, "-o", "out", "--dsl")
        self.assertEqual(self.files("out"), ["net.safetensors", "net_network.hpp"])
        self.assertIn("laminate::dense<6>", (self.folder / "out/net_network.hpp").read_text())
        self.laminate("generate", self.model, "-o", "out", "--dsl")  # replaces its own
        # Parameters beside a source aren't Laminate's: they may be those it was trained with.
        self.laminate("generate", self.model, "-o", "mine")
        self.text("mine/net.safetensors", "mine\n")
        self.laminate("generate", self.model, "-o", "mine", "--dsl", code=1, says="--force")
        self.assertEqual((self.folder / "mine/net.safetensors").read_text(), "mine\n")

    def test_onnx(self):
        self.laminate("generate", self.model, "-o", "out", "--onnx")
        self.assertEqual(self.files("out"), ["net_optimised.onnx"])
        model = onnx.load(str(self.folder / "out/net_optimised.onnx"))
        onnx.checker.check_model(model, full_check=True)
        self.assertEqual(model.producer_name, "Laminate")
        for name, file in (("here", self.model), ("there", "out/net_optimised.onnx")):
            self.laminate("run", file, "--input", self.x, "--output", f"{name}.npy")
        here, there = (np.load(self.folder / f"{name}.npy") for name in ("here", "there"))
        self.assertEqual(here.tobytes(), there.tobytes())
        self.laminate("generate", self.model, "-o", "out", "--onnx")  # replaces its own
        shutil.copy(self.model, self.folder / "out/net_optimised.onnx")
        self.laminate("generate", self.model, "-o", "out", "--onnx", code=1, says="--force")
        self.laminate("generate", self.model, "-o", "out", "--onnx", "--force")
        self.laminate("generate", self.model, "--onnx", "--dsl", code=2, says="excludes")

    def test_binary_weights(self):
        self.laminate("generate", self.model, "-o", "out", "--weights", "binary")
        self.assertEqual(self.files("out"), ["net.cpp", "net.hpp", "net.weights"])
        self.laminate("generate", self.model, "-o", "out", "--weights", "binary")
        self.text("out/net.weights", "mine\n")
        self.laminate("generate", self.model, "-o", "out", "--weights", "binary", code=1, says="--force")

    def test_entries(self):
        for entries, has, lacks in (("single", "infer(", "infer_batch("),
                                    ("batch", "infer_batch(", "infer(")):
            self.laminate("generate", self.model, "-o", "out", "--entries", entries)
            header = (self.folder / "out/net.hpp").read_text()
            self.assertIn(has, header)
            self.assertNotIn(f" {lacks}", header)

    def test_targets(self):
        for targets, has, lacks in (
                ("x86-64,x86-64-v3,x86-64-v4", ["_net_v3\n", "_net_v4\n"], ["taken for granted"]),
                ("x86-64-v4,x86-64-v3", ["_net_v3\n", "_net_v4\n", "it has x86-64-v3 is taken for granted"], []),
                ("x86-64,x86-64-v3", ["_net_v3\n"], ["_net_v4\n", "taken for granted"]),
                ("flags", ["portable"], ["LAMINATE_V3", "LAMINATE_LEVEL\n"]),
                ("x86-64", ["portable"], ["LAMINATE_V3", "LAMINATE_LEVEL\n"])):
            self.laminate("generate", self.model, "-o", "out", "--targets", targets)
            source = (self.folder / "out/net.cpp").read_text()
            for text in has:
                self.assertIn(text, source)
            for text in lacks:
                self.assertNotIn(text, source)
        chosen = source
        self.laminate("generate", self.model, "-o", "out")
        source = (self.folder / "out/net.cpp").read_text()
        self.assertIn("x86-64, x86-64-v3 and x86-64-v4", source)
        self.assertNotEqual(source, chosen)

    def test_input_range(self):
        # The second unit of the first layer never fires for inputs in 0..1, but may elsewhere.
        weight, bias = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -3.0])
        model = (Net(2).add("Gemm", weight, bias).add("Relu").add("Gemm", [[1.0], [1.0]], [0.5])
                 .save(self.folder / "range.onnx", 1))
        whole = self.report("generate", model, "-o", "out")["parameters"]
        for given in ("0,1", self.text("range.txt", "# two inputs\n0 1\n0,1\n"),
                      self.array("range.npy", np.array([[0.0, 1.0], [0.0, 1.0]]))):
            fewer = self.report("generate", model, "-o", "out", "--input-range", given)["parameters"]
            self.assertLess(fewer, whole)
        same = self.report("generate", model, "-o", "out", "--input-range", "0,1", "--no-optimize")
        self.assertEqual(same["parameters"], whole)

    def test_input_range_holds_the_floats_of_its_ends(self):
        for name, ends in (("floats", np.float32([-0.1, 0.1])), ("inner", np.float32([-0.09, 0.0]))):
            rows = self.array(f"{name}.npy", np.repeat(ends, 2).astype(np.float32).reshape(1, 4))
            for given in ("-0.1,0.1", self.text("range.txt", "-0.1 0.1\n" * 4),
                          self.array("range.npy", np.array([[-0.1, 0.1]] * 4))):
                self.laminate("run", self.model, "--input", rows, "--input-range", given, "--output", "y.npy")
        outside = self.array("outside.npy", np.full((1, 4), np.nextafter(np.float32(0.1), np.float32(1))))
        self.laminate("run", self.model, "--input", outside, "--input-range", "-0.1,0.1", code=1,
                      says="--input-range -0.1,0.1")

    def test_wrong_input_range(self):
        for given, says in [
                ("1,0", "expected two finite numbers"), ("0,inf", "expected two finite numbers"),
                ("nowhere.txt", "nowhere.txt"),
                (self.text("bad.txt", "0 1\nzero one\n"), "bad.txt:2"),
                (self.text("empty.txt", "# nothing\n"), "found none"),
                (self.text("three.txt", "0 1\n" * 3), "each of the 4 inputs"),
                (self.array("flat.npy", np.zeros(4)), "shape [4]")]:
            self.laminate("generate", self.model, "-o", "out", "--input-range", given, code=1,
                          says=says)
            self.assertFalse((self.folder / "out").exists())

    def test_wrong_values(self):
        for words, says in [
                (["--name", "3d"], "3d"), (["--namespace", "a::class"], "class"),
                (["--golden", "none.npy"], "none.npy"),
                (["--golden", self.array("w.npy", np.zeros((3, 5), np.float32))], "rows of 4"),
                (["--constant", f"mask={self.x}"], "mask"), (["--set", "height=4"], "height")]:
            self.laminate("generate", self.model, "-o", "out", *words, code=1, says=says)
            self.assertFalse((self.folder / "out").exists(), words)
        # Names are looked at before the model is.
        self.laminate("generate", "none.onnx", "--name", "3d", code=1, says=["3d", "--name"])
        self.laminate("generate", self.model, "--input-range", "x" * 5000, code=1, says="x")

    def test_directory_that_cannot_be(self):
        self.laminate("generate", self.model, "-o", self.text("file", "") / "below", code=1,
                      says="file/below")
        self.laminate("generate", self.model, "-o", "", code=1, says="Give another --output")

    def test_nothing_without_the_depfile(self):
        self.laminate("generate", self.model, "-o", "out", "--depfile", "nowhere/net.d", code=1,
                      says="nowhere/net.d")
        self.assertFalse((self.folder / "out").exists())


class Names(Case):
    """What files are called like, and what users may call them: it compiles behind all headers."""
    EVERY_HEADER = SOURCE / "tests/support/every_header.hpp"
    LIKE = {"2-net.v3": "network_2_net_v3", "acas-xu": "acas_xu", "policy (1)": "policy_1",
            "policy__best": "policy_best", "résumé": "r_sum", "模型": "network", "_": "network",
            "random": "network_random", "abs": "network_abs", "read": "network_read",
            "size_t": "network_size_t", "NULL": "network_NULL", "gamma": "network_gamma",
            "time": "network_time", "signal": "network_signal", "index": "network_index",
            "I": "network_I", "major": "network_major", "unix": "network_unix",
            "pthread_policy": "network_pthread_policy", "class": "network_class",
            "Nul": "network_Nul", "std": "network_std", "laminate": "network_laminate",
            "infer": "infer", "kernel": "kernel", "off": "off", "MNIST": "MNIST", "string": "string"}
    LIKE_WITH_C = {"time": "network_time", "String": "network_String", "string": "network_string"}
    LIKE_IN_ROBOT = {"time": "time", "NULL": "network_NULL"}

    def cases(self):
        for like, words in ((self.LIKE, ()), (self.LIKE_WITH_C, ("--c-interface",)),
                            (self.LIKE_IN_ROBOT, ("--namespace", "robot"))):
            for stem, name in like.items():
                yield stem, name, words

    def compiles(self, text, *flags):
        compiler = os.environ.get("CXX", "c++").split()
        done = subprocess.run([*compiler, "-w", "-fsyntax-only", "-I.", *flags, "-x", "c++",
                               "-include", self.EVERY_HEADER, self.text("behind.cpp", text)],
                              cwd=self.folder, capture_output=True, text=True, check=False)
        return done.stderr if done.returncode else ""

    def test_names_of_files(self):
        for stem, name, words in self.cases():
            shutil.copy(self.model, self.folder / f"{stem}.onnx")
            report = self.report("generate", f"{stem}.onnx", "-o", "".join(("out", *words)), *words)
            self.assertEqual(report["name"], name, stem)
            self.assertEqual(any("--name" in note for note in report["notes"]), name != stem, stem)
        text = "".join(f'#include "out/{name}.hpp"\n'
                       f'void (*const use_{name})(const float*, float*) = ::{name}::infer;\n'
                       for name in sorted(set(self.LIKE.values())))
        for standard in ("-std=c++17", "-std=gnu++20"):
            self.assertEqual(self.compiles(text, standard), "")
        self.assertEqual(self.compiles('#include "out/network_time.cpp"\n', "-std=gnu++17"), "")

    def test_cmake_agrees(self):
        if not shutil.which("cmake"):
            self.skipTest("no cmake")
        script = f'include("{SOURCE}/cmake/LaminateGenerate.cmake")\n'
        for stem, _, words in self.cases():
            space = words[1] if "--namespace" in words else ""
            c = "--c-interface" in words
            script += (f'laminate_name_like(call "{stem}" "{space}" {c} name)\n'
                       f'laminate_check_names(call "${{name}}" "{space}" {c})\n'
                       'message(NOTICE "name ${name}")\n')
        done = subprocess.run(["cmake", "-P", self.text("names.cmake", script)], check=True,
                              capture_output=True, text=True)
        found = [line[5:] for line in done.stderr.splitlines() if line.startswith("name ")]
        self.assertEqual(found, [name for _, name, _ in self.cases()])

    def test_refused(self):
        for words, says in [
                (["--name", "time"], "declared by a standard header"), (["--name", "NULL"], "macro"),
                (["--name", "NULL", "--namespace", "robot"], "macro"),
                (["--name", "con"], "Windows"), (["--name", "policy__1"], "compiler"),
                (["--name", "time", "--namespace", "robot", "--c-interface"], "time.h"),
                (["--name", "laminate"], "Laminate's own"), (["--namespace", "a::std"], "std"),
                (["--namespace", "index::a"], "declared by a standard header"),
                (["--namespace", "a::EOF"], "macro"), (["--namespace", "a::"], "is empty")]:
            self.laminate("generate", self.model, "-o", "out", *words, code=1, says=[says, "--name"])
            self.assertFalse((self.folder / "out").exists(), words)
        for words in (["--name", "time", "--namespace", "robot"], ["--namespace", "robot::index"]):
            self.laminate("generate", self.model, "-o", "out", *words)

    def test_list_is_complete(self):
        """Whatever word of the headers may be a name is one: as a namespace behind all of them."""
        taken = (SOURCE / "cmake/taken_names.inc").read_text()
        taken = set(re.findall(r"[\w*]+", taken[taken.index('R"keywords('):]))
        compiler = os.environ.get("CXX", "c++").split()

        def words(*flags):
            done = subprocess.run([*compiler, "-w", "-E", *flags, "-x", "c++", self.EVERY_HEADER],
                                  capture_output=True, text=True, check=True)
            return set(re.findall(r"\b[A-Za-z]\w*", done.stdout))
        for standard in ("-std=c++17", "-std=gnu++20"):
            free = sorted(w for w in words(standard) | words(standard, "-dM")
                          if not ({w, re.sub("_.*", "_*", w)} & taken) and "__" not in w
                          and w not in ("std", "laminate") and w.isascii())
            self.assertGreater(len(free), 1000)
            text = "".join(f"namespace {w} {{ int names_{w}; }}\n" for w in free)
            self.assertEqual(self.compiles(text, standard), "", "add these to cmake/taken_names.inc")


class Models(Case):
    """Models that are refused leave nothing behind, whatever the command."""

    def test_no_model(self):
        self.laminate("inspect", "none.onnx", code=1, says=["none.onnx", "No such file"])
        self.laminate("inspect", ".", code=1, says=".")
        report = self.report("inspect", "none.onnx", code=1)
        self.assertEqual(report["exit_code"], 1)
        self.assertIn("none.onnx", report["error"])

    def test_unsupported_operators_are_listed_at_once(self):
        model = (Net(4).add("Gemm", W1, B1).add("Det").add("TopK").add("Det")
                 .save(self.folder / "strange.onnx", 6))
        self.laminate("generate", model, "-o", "out", code=1,
                      says=["strange.onnx", "Det", "TopK", "det1", "topk2", "det3"])
        self.assertFalse((self.folder / "out").exists())

    def test_truncated(self):
        whole = self.model.read_bytes()
        for size in range(0, len(whole), 16):
            (self.folder / "cut.onnx").write_bytes(whole[:size])
            self.laminate("generate", "cut.onnx", "-o", "out", code=1, says="cut.onnx")
            self.assertFalse((self.folder / "out").exists(), size)

    def test_not_a_model(self):
        for content in (b"", b"hello\n", bytes(range(256)) * 9, b"\x08\x07" + b"\xff" * 99):
            (self.folder / "no.onnx").write_bytes(content)
            self.laminate("generate", "no.onnx", "-o", "out", code=1, says="no.onnx")
            self.assertFalse((self.folder / "out").exists())


class Inspect(Case):
    def test_text(self):
        self.laminate("inspect", self.model, says=["'net'", "opset 13", "3 Gemm", "'x' ", "dense<6>",
                                                   "gemm0", "multiply-adds", "passes", "plan"])

    def test_trace_and_passes(self):
        model = (Net(4).add("Sub", np.ones(4)).add("Div", np.full(4, 2.0)).add("Gemm", W1, B1)
                 .save(self.folder / "scaled.onnx", 6))
        plain = self.laminate("inspect", model, says="change")
        traced = self.laminate("inspect", model, "--trace", says=["sub0", "unchanged"])
        self.assertGreater(len(traced), len(plain))
        report = self.report("inspect", model)
        self.assertTrue(any(p["events"] for p in report["passes"]))
        self.assertLess(len(report["optimised"]), len(report["graph"]))
        whole = self.report("inspect", model, "--no-optimize")
        self.assertEqual(whole["passes"], [])
        self.assertEqual(whole["optimised"], whole["graph"])

    def test_report(self):
        report = self.report("inspect", self.model)
        self.assertEqual(report["operators"], {"Gemm": 3, "Relu": 1, "Tanh": 1})
        self.assertEqual((report["opset"], report["ir_version"]), (13, 7))
        self.assertEqual(report["plan"]["parameters"], 93)
        self.assertEqual(report["input"]["name"], "x")

    def test_drawing(self):
        drawing = self.laminate("inspect", self.model, "--dot")
        self.assertTrue(drawing.startswith("digraph"))


class Run(Case):
    def test_prints(self):
        text = self.laminate("run", self.model, "--input", self.x, says="9 rows")
        rows = np.array([line.split() for line in text.splitlines()[:9]], np.float64)
        np.testing.assert_allclose(rows, logits(X.astype(np.float64)), rtol=1e-5, atol=1e-6)
        report = self.report("run", self.model, "--input", self.x)
        np.testing.assert_array_equal(np.array(report["outputs"], np.float32),
                                      rows.astype(np.float32))
        self.assertTrue(report["difference"]["within_bound"])

    def test_names_of_classes(self):
        def named(path, *names):
            model = onnx.load(str(path))
            helper.set_model_props(model, {"class_names": json.dumps(names)})
            onnx.save(model, str(path))
            return path
        three = named(Net(4).add("Gemm", np.eye(4, 3), np.zeros(3)).save(
            self.folder / "three.onnx", 3), "rosé", "oak", "a\tb")
        x = self.array("x3.npy", np.array([[1, 0, 0, 0], [0, 2, 1, 0], [0, 0, 3, 0]], np.float32))
        self.assertEqual(self.laminate("run", three, "--input", x).splitlines()[:3],
                         ["1 0 0  rosé", "0 2 1  oak", "0 0 3  a\\x09b"])
        self.assertEqual(self.report("run", three, "--input", x)["classes"],
                         ["rosé", "oak", "a\tb"])
        self.laminate("generate", three, "--onnx", "-o", "g")
        self.laminate("run", "g/three_optimised.onnx", "--input", x, says="0 2 1  oak\n")
        for layer, numbers in (("Neg", [-1, 1]), ("Sigmoid", [-0.1, 0.1])):
            one = named(Net(1).add(layer).save(self.folder / "one.onnx", 1), "no", "yes")
            rows = np.array([[n] for n in numbers], np.float32)
            expected = ["yes", "no"] if layer == "Neg" else ["no", "yes"]
            self.assertEqual(self.report("run", one, "--input", self.array("x1.npy", rows))["classes"],
                             expected)
        self.assertNotIn("classes", self.report("run", self.model, "--input", self.x))
        self.laminate("run", named(three, "rosé"), "--input", x, says="0 2 1\n")
        self.laminate("inspect", three, says="metadata 'class_names' is left out")

    def test_writes(self):
        self.laminate("run", self.model, "--input", self.x, "--output", "k.npy",
                      "--reference-output", "r.npy")
        kernels, double = np.load(self.folder / "k.npy"), np.load(self.folder / "r.npy")
        self.assertEqual((kernels.dtype, double.dtype), (np.float32, np.float64))
        self.assertEqual(kernels.shape[0], 9)
        np.testing.assert_allclose(double.reshape(9, 3), logits(X.astype(np.float64)), rtol=1e-12)
        np.testing.assert_allclose(kernels, double, rtol=1e-5, atol=1e-6)

    def test_forms_of_arrays(self):
        expected = self.laminate("run", self.model, "--input", self.x)
        forms = [np.asfortranarray(X), X.astype(">f4"), X.astype(np.float64),
                 X.reshape(9, 1, 4), X.reshape(3, 3, 4)]
        for form in forms:
            self.assertEqual(self.laminate("run", self.model, "--input", self.array("f.npy", form)),
                             expected)
        (self.folder / "x.pb").write_bytes(numpy_helper.from_array(X).SerializeToString())
        self.assertEqual(self.laminate("run", self.model, "--input", "x.pb"), expected)
        whole = self.array("whole.npy", np.array([[1, -2, 0, 3]], np.int8))
        self.laminate("run", self.model, "--input", whole, says="1 rows")

    def test_axes_of_rows(self):
        weight = RANDOM.normal(size=(6, 2))
        model = (Net(6, shape=["batch", 1, 2, 3]).add("Flatten", axis=1).add("MatMul", weight)
                 .save(self.folder / "axes.onnx", 2))
        rows = RANDOM.normal(size=(5, 6)).astype(np.float32)
        expected = self.laminate("run", model, "--input", self.array("flat.npy", rows))
        for shape in ((5, 1, 2, 3), (5, 2, 3), (5, 2, 3, 1)):
            given = self.array("rows.npy", rows.reshape(shape))
            self.assertEqual(self.laminate("run", model, "--input", given), expected)
        self.laminate("run", model, "--input", self.array("other.npy", rows.reshape(5, 3, 2)),
                      code=1, says=["other.npy", "[1, 2, 3]", "[5, 3, 2]"])

    def test_wrong_arrays(self):
        whole = self.x.read_bytes()
        cases = {"wide.npy": np.zeros((2, 5)), "empty.npy": np.zeros((0, 4)),
                 "complex.npy": np.zeros((2, 4), np.complex64), "text.npy": np.array(["a"] * 4)}
        for name, array in cases.items():
            self.array(name, array)
        (self.folder / "cut.npy").write_bytes(whole[:-1])
        (self.folder / "head.npy").write_bytes(whole[:40])
        (self.folder / "magic.npy").write_bytes(b"PK\x03\x04 no array")
        (self.folder / "cut.pb").write_bytes(numpy_helper.from_array(X).SerializeToString()[:-1])
        for name, says in [("wide.npy", "rows of 4"), ("empty.npy", "rows of 4"),
                           ("complex.npy", "<c8"), ("text.npy", "<U1"), ("cut.npy", "bytes"),
                           ("head.npy", "header"), ("magic.npy", ".npy"), ("cut.pb", "cut.pb"),
                           ("none.npy", "No such file")]:
            self.laminate("run", self.model, "--input", name, "--output", "o.npy", code=1,
                          says=[name, says])
            self.assertFalse((self.folder / "o.npy").exists())

    def test_one_file_for_two_outputs(self):
        self.laminate("run", self.model, "--input", self.x, "--output", "y.npy",
                      "--reference-output", "y.npy", code=1, says="expected two files")

    def test_numbers_beyond_floats(self):
        # NaN stays NaN, and what a float can't hold is nobody's mistake.
        rows = np.array([[np.nan, 0, 0, 0], [np.inf, 0, 0, 0], [3e38, 3e38, -3e38, 3e38]])
        report = self.report("run", self.model, "--input", self.array("far.npy", rows))
        self.assertTrue(report["difference"]["within_bound"])
        self.assertEqual(report["outputs"][0], [None] * 3)

    def test_outside_of_the_range(self):
        self.laminate("run", self.model, "--input", self.x, "--input-range", "0,1", code=1,
                      says=["x.npy", "--input-range 0,1", "row"])


class Verify(Case):
    def verify(self, *words, code=0, says=(), model=None, x=None, y=None):
        return self.laminate("verify", model or self.model, "--input", x or self.x, "--expected",
                             y or self.y, *words, code=code, says=says)

    def differs(self, expected, cause, model=None, x=None):
        text = self.verify("--no-compile", code=1, model=model, x=x,
                           y=self.array("wrong.npy", expected),
                           says=["DIFFER", "first layer that departs", "likely cause"])
        self.assertIn(cause, text)

    def test_agrees(self):
        self.verify(says=["reference", "kernels", "source", "the same bits"])
        text = self.verify("--no-compile", says="not compiled")
        self.assertNotIn("ok", next(line for line in text.splitlines() if "source" in line))
        report = self.report("verify", self.model, "--input", self.x, "--expected", self.y)
        self.assertTrue(report["agrees"] and report["source"]["same_bits"])
        self.assertEqual(report["verdict"], "ok")
        self.assertLessEqual(report["kernels"]["largest"], report["kernels"]["bound"])

    def test_tensors(self):
        for name, array in (("x.pb", X), ("y.pb", logits(X).astype(np.float32))):
            (self.folder / name).write_bytes(numpy_helper.from_array(array).SerializeToString())
        self.verify("--no-compile", x=self.folder / "x.pb", y=self.folder / "y.pb")

    def test_one_wrong_number(self):
        y = logits(X.astype(np.float64))
        y[5, 2] += 0.01
        self.differs(y, "row 5, unit 2")
        self.verify("--no-compile", "--tolerance", "0.5", y=self.array("wrong.npy", y))
        report = self.report("verify", self.model, "--input", self.x, "--expected",
                             self.folder / "wrong.npy", "--no-compile", code=1)
        self.assertEqual((report["reference"]["row"], report["reference"]["unit"]), (5, 2))
        self.assertFalse(report["agrees"])

    def verdict(self, model, x, y, *words):
        """As JSON has it; the exit code must say the same."""
        files = self.array("verdict_x.npy", x), self.array("verdict_y.npy", y)
        done = subprocess.run([LAMINATE, "verify", model, "--input", files[0], "--expected", files[1],
                               "--no-compile", "--json", *words], capture_output=True, text=True,
                              check=False)
        report = json.loads(done.stdout)
        self.assertEqual(done.returncode, {"ok": 0, "differs": 1, "cannot tell": 3}[report["verdict"]])
        return report["verdict"]

    def test_wrong_outputs_of_deep_networks(self):
        """Behind many layers errors in the worst case exceed the outputs, and excuse anything."""
        for widths in ([12, 5], [640, *[128] * 4, 8, *[128] * 4, 640], [16, *[64] * 19, 4]):
            random = np.random.default_rng(len(widths))
            net = Net(widths[0])
            x = random.normal(size=(6, widths[0])).astype(np.float32)
            y = x.astype(np.float64)
            for inputs, units in zip(widths, widths[1:]):
                if net.nodes:
                    net.add("Relu")
                    y = np.maximum(y, 0)
                w = random.normal(0, np.sqrt(2 / inputs), (inputs, units)).astype(np.float32)
                b = random.normal(0, 0.1, units).astype(np.float32)
                net.add("Gemm", w, b)
                y = y @ w.astype(np.float64) + b
            model = net.save(self.folder / "deep.onnx", widths[-1])
            self.assertEqual(self.verdict(model, x, y), "ok")
            self.assertEqual(self.verdict(model, x, y.astype(np.float32)), "ok")
            unit = np.abs(y).max(0).argmax()
            off = y.copy()
            off[:, unit] *= 1.01
            for wrong in (0 * y, y[::-1], y[:, ::-1], np.tile(y.mean(0), (6, 1)), off):
                self.assertEqual(self.verdict(model, x, wrong), "differs")

    def test_infinite_bias(self):
        """A class that is masked out: -inf before the softmax."""
        mask = np.array([0, -np.inf, 0])
        for last in "Softmax", "LogSoftmax":
            model = (network().add("Add", mask).add(last, axis=1)
                     .save(self.folder / "masked.onnx", 3))
            y = softmax(logits(X.astype(np.float64)) + mask)
            with np.errstate(divide="ignore"):
                y = np.log(y) if last == "LogSoftmax" else y
            self.assertEqual(self.verdict(model, X, y), "ok")
            for wrong in (0 * softmax(y), y[:, [1, 0, 2]], np.nan_to_num(1.01 * y, neginf=-1e9)):
                self.assertEqual(self.verdict(model, X, wrong), "differs")

    def test_cannot_tell(self):
        # 1e4 - 1e4 + 1e-3 x: floats lose all of x.
        blind = (Net(4).add("Gemm", 1e-3 * np.ones((4, 2)), 1e4 * np.ones(2)).add("Gemm", np.eye(2), -1e4 * np.ones(2))
                 .save(self.folder / "blind.onnx", 2))
        y = np.repeat(1e-3 * X.astype(np.float64).sum(1, keepdims=True), 2, 1)
        for expected in y, 0 * y:
            self.assertEqual(self.verdict(blind, X, expected, "--no-optimize"), "cannot tell")
        self.assertEqual(self.verdict(blind, X, 1000 + y, "--no-optimize"), "differs")
        self.verify("--no-compile", "--no-optimize", model=blind, y=self.array("y.npy", y), code=3,
                    says=["CAN'T TELL", "cannot tell: floats may be off by more than half"])
        # A float that may overflow, and one that does.
        power = Net(4).add("Exp").add("Log").save(self.folder / "power.onnx", 4)
        far = 100 * np.ones((3, 4), np.float32)
        self.assertEqual(self.verdict(power, far, far), "cannot tell")
        power = Net(4).add("Exp").save(self.folder / "power.onnx", 4)
        self.assertEqual(self.verdict(power, far, np.inf * far), "ok")
        self.assertEqual(self.verdict(power, far, -np.inf * far), "cannot tell")

    def test_near_enough_is_what_the_user_says(self):
        # Ten bits are lost on the way, and more than half a per cent.
        coarse = (Net(4).add("Gemm", np.ones((4, 2)), 3e4 * np.ones(2)).add("Gemm", np.eye(2), -3e4 * np.ones(2))
                  .save(self.folder / "coarse.onnx", 2))
        y = np.repeat(X.astype(np.float64).sum(1, keepdims=True), 2, 1)
        self.verify("--no-compile", "--no-optimize", model=coarse, y=self.array("y.npy", y), code=3,
                    says=["floats may be off by", "If that is near enough, say so: --tolerance"])
        self.assertEqual(self.verdict(coarse, X, y, "--no-optimize", "--tolerance", "0.2"), "ok")

    def test_formulas_of_others(self):
        """Computed in float, as NumPy users, ONNX's own tests and frameworks write them."""
        x = np.concatenate([np.linspace(-20, 20, 401), np.geomspace(1e-7, 1, 60),
                            -np.geomspace(1e-7, 1, 60)]).astype(np.float32)
        f, zero, exp = np.float32, np.maximum(x, 0), np.exp(np.minimum(x, 0))
        power = np.exp(-np.abs(x))

        def erf(z):
            return np.array([math.erf(v) for v in z], f)
        tanh_gelu = f(0.5) * x * (1 + np.tanh(f(np.sqrt(2 / np.pi)) * (x + f(0.044715) * x * x * x)))
        for operator, options, y in [
                ("Elu", {"alpha": 1.0}, np.where(x > 0, x, exp - 1)),
                ("Elu", {"alpha": 2.0}, zero + f(2) * (exp - 1)),
                ("Selu", {}, f(1.05070102) * (zero + f(1.67326319) * (exp - 1))),
                ("Celu", {"alpha": 2.0}, zero + np.minimum(0, f(2) * (np.exp(x / f(2)) - 1))),
                ("Softplus", {}, np.log(np.exp(x) + 1)),
                ("Sigmoid", {}, 1 / (1 + np.exp(-x))),
                ("Sigmoid", {}, f(0.5) * (1 + np.tanh(x / 2))),
                ("Tanh", {}, np.sign(x) * (1 - power * power) / (1 + power * power)),
                ("Tanh", {}, 2 / (1 + np.exp(-2 * x)) - 1),
                ("Softsign", {}, x / (1 + np.abs(x))),
                ("HardSigmoid", {}, np.clip(f(0.2) * x + f(0.5), 0, 1)),
                ("HardSwish", {}, x * np.clip(x / 6 + f(0.5), 0, 1)),
                ("HardSwish", {}, x * np.clip(x + 3, 0, 6) / 6),
                ("Mish", {}, x * np.tanh(np.log(1 + np.exp(x)))),
                ("Gelu", {}, f(0.5) * x * (1 + erf(x / f(np.sqrt(2))))),
                ("Gelu", {"approximate": "tanh"}, tanh_gelu),
                ("LogSoftmax", {"axis": 1}, x - np.log(np.exp(x).sum())),
                ("LogSoftmax", {"axis": 1}, np.log(np.exp(x) / np.exp(x).sum())),
                ("Softmax", {"axis": 1}, np.exp(x) / np.cumsum(np.exp(x))[-1])]:
            model = Net(len(x)).add(operator, **options).save(self.folder / "f.onnx", len(x), 20)
            self.assertEqual(y.dtype, np.float32)
            with self.subTest(operator, **options):
                self.assertEqual(self.verdict(model, x[None], y[None]), "ok")
                self.assertEqual(self.verdict(model, x[None], y[None] * f(1.001) + f(1e-5)), "differs")

    def test_short_outputs(self):
        y = logits(X.astype(np.float64))
        half = y.astype(np.float16)
        half[half == 0] = 0
        self.differs(half, "rounded to float16, and agree as far as that goes: allow it with "
                     "--tolerance 0.0005")
        self.verify("--no-compile", "--tolerance", "0.0005", y=self.array("half.npy", half))
        self.differs((y * 1.002).astype(np.float16), "computed in float16, and agree to 0.2 %")
        truncated = (y.astype(np.float32).view(np.uint32) & 0xffff0000).view(np.float32)
        self.differs(truncated, "bfloat16")
        # Probabilities below float16's normal numbers, which it rounds to some digits or to 0.
        model = network().add("Mul", 9 * np.ones(3)).add("Softmax", axis=1).save(self.folder / "p.onnx", 3)
        p = softmax(9 * y).astype(np.float16)
        self.assertLess(p.min(), 2e-5)
        self.verify("--no-compile", "--tolerance", "0.0005", model=model, y=self.array("half.npy", p))

    def test_cause_normalisation_from_few_rows(self):
        """Mean and deviation are the training data's: the rows given have them only about."""
        random = np.random.default_rng(50)
        centre, scale = np.array([3, -40, 100, 0.5]), np.array([1, 15, 30, 0.1])
        z = random.normal(size=(50, 4))
        raw = (centre + scale * z).astype(np.float32)
        x = self.array("raw.npy", raw)
        y = logits((raw - centre) / scale)
        self.differs(y, "normalisation of the inputs is missing: with mean 0 and deviation 1 of each "
                     "input, measured on the 50 rows given", x=x)
        together = self.array("together.npy", (100 + 15 * z).astype(np.float32))
        self.differs(logits(z), "with mean 0 and deviation 1, measured", x=together)
        low, high = raw.min(0), raw.max(0)
        self.differs(logits((raw - low) / (high - low)), "the range 0 to 1 of each input the outputs",
                     x=x)
        # What is as good as right, or has nothing to do with it, isn't explained by it.
        self.differs(random.normal(size=y.shape), "none of the usual ones", x=x)
        plain = (z + 0.1).astype(np.float32)
        self.differs(logits(plain) + 0.3 * random.normal(size=y.shape), "none of the usual ones",
                     x=self.array("plain.npy", plain))

    def test_causes(self):
        x = X.astype(np.float64)
        y = logits(x)
        self.differs(softmax(y), "softmax is missing at the end of the model")
        self.differs(1 / (1 + np.exp(-y)), "sigmoid is missing")
        self.differs(logits(x / 255), "divided by 255")
        self.differs(logits((x - x.mean()) / x.std()), "mean 0 and deviation 1")
        self.differs(logits(x, W2.T), "weights of dense<6>")
        self.differs(y[:, [2, 0, 1]], "units in another order: [2, 0, 1]")
        self.differs(y[::-1], "another order of rows")
        self.differs(logits(x, weight=lambda w: w.astype(np.float16).astype(np.float64)),
                     "float16 weights")
        self.differs(3 * y + 2, "normalisation of the outputs is missing")
        self.differs(0 * y, "the same in every row")
        self.differs(RANDOM.normal(size=y.shape), "none of the usual ones")
        y[1, 1] = np.nan
        self.differs(y, "NaN")

    def test_cause_softmax_of_the_model(self):
        model = network().add("Softmax", axis=1).save(self.folder / "softmax.onnx", 3)
        self.differs(logits(X.astype(np.float64)), "made without softmax", model=model)

    def test_cause_activation_of_the_model(self):
        hidden = np.maximum(X.astype(np.float64) @ W1 + B1, 0) @ W2 + B2
        self.differs(hidden @ W3 + B3, "made without tanh (Tanh")

    def test_cause_wrong_axis(self):
        weight = RANDOM.normal(size=(6, 2)).astype(np.float32)
        model = (Net(6, shape=["batch", 2, 3]).add("Flatten", axis=1).add("MatMul", weight)
                 .save(self.folder / "axes.onnx", 2))
        x = RANDOM.normal(size=(5, 2, 3)).astype(np.float32)
        y = x.transpose(0, 2, 1).reshape(5, 6).astype(np.float64) @ weight.astype(np.float64)
        # Read as [3, 2], the rows that were given are those of another layout.
        self.differs(y, "axes of the input [2, 3]", model=model, x=self.array("layout.npy", x))

    def test_cause_short_weights_in_the_file(self):
        short = [a.astype(np.float16) for a in (W1, B1, W2, B2, W3, B3)]
        model = (Net(4).add("Gemm", *short[0:2]).add("Relu").add("Gemm", *short[2:4]).add("Tanh")
                 .add("Gemm", *short[4:6]).save(self.folder / "short.onnx", 3))
        self.differs(logits(X.astype(np.float64)), "model's weights are float16", model=model)

    def test_cause_batch_normalisation(self):
        ones = np.ones(6)
        model = (Net(4).add("Gemm", W1, B1).add("BatchNormalization", ones, 0 * ones, 0.3 * ones, 2 * ones)
                 .save(self.folder / "bn.onnx", 6))
        h = X.astype(np.float64) @ W1 + B1
        self.differs((h - h.mean(0)) / h.std(0), "training mode", model=model)

    def test_wrong_vectors(self):
        self.verify(y=self.array("few.npy", np.zeros((8, 3))), code=1, says=["few.npy", "9, found 8"])
        self.verify(y=self.array("thin.npy", np.zeros((9, 2))), code=1, says=["thin.npy", "rows of 3"])
        self.verify(y="none.npy", code=1, says="none.npy")

    def test_compilers(self):
        words = ("verify", self.model, "--input", self.x, "--expected", self.y)
        place = self.folder / "tmp"
        place.mkdir()
        own = {"TMPDIR": str(place)}
        self.laminate(*words, code=1, says=["no-such-compiler", "--no-compile"],
                      CXX="no-such-compiler", **own)
        def compiler(text):
            script = self.text("compiler", f"#!/bin/sh\n{text}\n")
            script.chmod(0o755)
            return str(script)
        # The compiler, its flags, the disk and the memory are the user's; a source that doesn't
        # compile without any flags is our mistake.
        says = "--no-compile"
        self.laminate(*words, code=1, says=["'false'", says], CXX="false", **own)
        self.laminate(*words, code=1, says=["doesn't load", says], CXX="true", **own)
        self.laminate(*words, code=1, says=["signal 9", says], CXX=compiler("kill -9 $$"), **own)
        self.laminate(*words, code=1, says=["No space left", says], **own,
                      CXX=compiler("echo 'cannot write: No space left on device'; exit 1"))
        for flags in ("--no-such-flag", "-include nowhere.h", "-ffast-math", "-Dfloat=int", "-c"):
            self.laminate(*words, code=1, says=[flags, says], CXXFLAGS=flags, **own)
        self.laminate(*words, code=1, says=["nowhere", "TMPDIR"], TMPDIR=str(self.folder / "nowhere"))
        self.laminate(*words, code=70, says=["doesn't compile", "report"], **own,
                      CXX=compiler("echo network.cpp:1:1: error: wrong; exit 1"))
        self.laminate(*words, says="the same bits", CXX=" ", **own)
        self.laminate(*words, says="the same bits", CXXFLAGS="-O0 -g0", **own)
        self.assertEqual(list(place.iterdir()), [])


class Graphs(Case):
    """Two inputs, two outputs, and a sum on the way."""

    def setUp(self):
        super().setUp()
        names = ["w1", "b1", "w2", "b2", "w3", "b3"]
        nodes = [helper.make_node("Gemm", ["state", "w1", "b1"], ["a"], name="tower"),
                 helper.make_node("Relu", ["a"], ["h"]),
                 helper.make_node("Gemm", ["h", "w2", "b2"], ["t"]),
                 helper.make_node("Mul", ["t", "goal"], ["g"], name="gate"),
                 helper.make_node("Tanh", ["g"], ["policy"]),
                 helper.make_node("Gemm", ["policy", "w3", "b3"], ["value"])]
        value = lambda name, width: helper.make_tensor_value_info(name, TensorProto.FLOAT,
                                                                  ["batch", width])
        graph = helper.make_graph(nodes, "two", [value("state", 4), value("goal", 6)],
                                  [value("policy", 6), value("value", 3)],
                                  [constant(n, a) for n, a in zip(names, [W1, B1, W2, B2, W3, B3])])
        self.two = self.folder / "two.onnx"
        onnx.save(helper.make_model(graph, ir_version=7,
                                    opset_imports=[helper.make_opsetid("", 13)]), str(self.two))
        goal = RANDOM.uniform(-1, 1, (9, 6)).astype(np.float32)
        h = np.maximum(X.astype(np.float64) @ W1 + B1, 0)
        self.policy = np.tanh((h @ W2 + B2) * goal)
        self.value = self.policy @ W3 + B3
        self.files = {"state": self.x, "goal": self.array("goal.npy", goal),
                      "policy": self.array("policy.npy", self.policy),
                      "value": self.array("value.npy", self.value)}
        self.inputs = self.named("--input", "state", "goal")

    def named(self, option, *names):
        return [w for n in names for w in (option, f"{n}={self.files[n]}")]

    def test_generate(self):
        self.laminate("generate", self.two, "--c-interface", "--self-test",
                             *self.named("--golden", "goal", "state"))
        header = (self.folder / "two.h").read_text()
        self.assertIn("const float* state, const float* goal, float* policy, float* value", header)
        main = self.text("main.cpp", "#include \"two.hpp\"\nint main() { return two::self_test() ? 0 : 1; }")
        subprocess.run([*os.environ.get("CXX", "c++").split(), "-std=c++17", "-O1", "-o", "test", main.name,
                        "two.cpp"], cwd=self.folder, check=True)
        subprocess.run(["./test"], cwd=self.folder, check=True)
        self.laminate("generate", self.two, "--dsl")
        declared = (self.folder / "two_network.hpp").read_text()
        self.assertIn("tanh | laminate::as<\"v6\"> | laminate::outputs(laminate::from<\"v6\">, laminate::dense<3>)",
                      " ".join(declared.split()))
        self.laminate("generate", self.two, "--onnx")
        self.laminate("verify", "two_optimised.onnx", "--no-compile", *self.inputs,
                      *self.named("--expected", "policy", "value"))

    def test_inspect(self):
        said = self.laminate("inspect", self.two)
        self.assertIn("input   'state' [4], 'goal' [6], any number of rows\n", said)
        self.assertIn("output  'policy' [6], 'value' [3]\n", said)
        self.assertIn("  nothing to change\n", said)
        self.assertRegex(said, r" 5  multiply +\S+ +of 4, 1 +Mul 'gate'")
        report = self.report("inspect", self.two)
        self.assertEqual([i["name"] for i in report["inputs"]], ["state", "goal"])
        self.assertEqual([o["shape"] for o in report["outputs"]], [[6], [3]])

    def test_run(self):
        self.laminate("run", self.two, *self.inputs, "--output", "value=v.npy", "--output", "policy=p.npy",
                      "--reference-output", "policy=r.npy")
        for name, expected in [("v", self.value), ("p", self.policy), ("r", self.policy)]:
            np.testing.assert_allclose(np.load(self.folder / f"{name}.npy"), expected, 1e-5, 1e-6)
        first = self.laminate("run", self.two, *self.inputs).splitlines()[0].split(" | ")
        np.testing.assert_allclose([[float(x) for x in part.split()] for part in first][1], self.value[0],
                                   1e-5, 1e-6)
        report = self.report("run", self.two, *self.inputs)
        np.testing.assert_allclose(report["outputs"]["policy"], self.policy, 1e-5, 1e-6)

    def test_verify(self):
        expected = self.named("--expected", "value", "policy")
        self.laminate("verify", self.two, *self.inputs, *expected, says="the same bits as the kernels")
        self.files["value"] = self.array("value.npy", self.value + 0.01)
        self.laminate("verify", self.two, "--no-compile", *self.inputs,
                      *self.named("--expected", "value", "policy"), code=1, says="DIFFER")
        self.laminate("verify", self.two, "--no-compile", "--model-output", "policy", *self.inputs,
                      "--expected", self.files["policy"])

    def test_mistakes(self):
        run = ["run", self.two]
        self.laminate(*run, "--input", self.x, code=1,
                      says="expected --input <name>=<file> for one of the inputs 'state', 'goal', found '")
        self.laminate(*run, *self.named("--input", "state"), code=1, says="found none for 'goal'")
        self.laminate(*run, *self.inputs, *self.named("--input", "goal"), code=1,
                      says="expected --input once for input 'goal'")
        self.files["goal"] = self.array("few.npy", np.zeros((2, 6), np.float32))
        self.laminate(*run, *self.named("--input", "state", "goal"), code=1,
                      says="few.npy: expected as many rows as input 'state' has, 9, found 2")
        self.laminate(*run, *self.inputs, "--output", "speed=v.npy", code=1,
                      says="expected --output <name>=<file> for one of the outputs 'policy', 'value'")


class Bench(Case):
    QUICK = ("--seconds", "0.01")
    FORMS = ["fused", "unfused", "plain loops"]

    def bench(self, *words, model=None, code=0, says=(), **environment):
        environment = {"CXXFLAGS": "-O0", **environment} # compiles in a third of the time
        return self.laminate("bench", model or self.model, *self.QUICK, *words, code=code, says=says,
                             **environment)

    def test_report_and_drawing(self):
        report = json.loads(self.bench("--rows", "64,3,1,3", "--svg", "net.svg", "--json"))
        self.assertEqual([r["rows"] for r in report["rows"]], [1, 3, 64])
        for rows in report["rows"]:
            self.assertEqual(list(rows["forms"]), self.FORMS)
            limit = rows["limit"]
            self.assertGreater(limit["fma_gflops"], 0)
            self.assertGreater(limit["load_gbytes_per_s"], 0)
            by_fma = 2 * report["multiply_adds"] / limit["fma_gflops"]
            by_load = report["weight_bytes"] / limit["load_gbytes_per_s"] / rows["rows"]
            self.assertAlmostEqual(limit["ns_per_row"] / max(by_fma, by_load), 1, places=3)
            for form in rows["forms"].values():
                self.assertGreater(form["ns_per_row"], 0)
                self.assertAlmostEqual(form["share"] * form["ns_per_row"] / limit["ns_per_row"], 1,
                                       places=3)
        self.assertEqual((report["inputs"], report["outputs"], report["parameters"],
                          report["multiply_adds"]), (4, 3, 93, 78))
        self.assertEqual(report["same"]["fused_and_unfused"], "bits")
        self.assertLessEqual(report["same"]["loops_difference"], report["same"]["loops_bound"])
        self.assertIn("-O3 -m", report["flags"])
        for name, form in report["forms"].items():
            for calls in (form["dependent"], form["cold"]):
                self.assertLessEqual(calls["median"], calls["p99"], name)
                self.assertLessEqual(calls["p99"], calls["p999"], name)
                self.assertGreaterEqual(calls["calls"], 3)
            self.assertGreater(form["batch_bytes"], 0)
            if sys.platform == "linux":
                self.assertGreater(form["code_bytes"], 100)
        self.assertEqual(report["forms"]["unfused"]["batch_bytes"],
                         64 * report["forms"]["unfused"]["row_bytes"])
        drawing = ElementTree.parse(self.folder / "net.svg").getroot()
        words = "".join(drawing.itertext())
        for expected in [report["processor"], "net.onnx", "64 rows", "prefers-color-scheme: dark",
                         "machine's limit", *self.FORMS]:
            self.assertIn(expected, words)
        longest = max(form["ns_per_row"] for r in report["rows"] for form in r["forms"].values())
        bars = [r for r in drawing.iter("{http://www.w3.org/2000/svg}rect")
                if r.get("y") != "53" and r.get("class") != "page"]
        times = [form["ns_per_row"] for r in report["rows"] for form in r["forms"].values()]
        for bar, time in zip(bars, times, strict=True): # lengths are as the times are
            self.assertAlmostEqual(float(bar.get("width")) / 600, time / longest, places=2)

    # The loops are the model, whatever it is made of: else the reference would be far from them.
    def test_text_and_loops_of_many_layers(self):
        slope = RANDOM.uniform(0.1, 0.5, 6)
        net = (Net(4).add("Sigmoid").add("Gemm", W1, B1).add("PRelu", slope).add("Mul", slope)
               .add("Add", slope).add("Elu", alpha=0.5).add("Gemm", W2, B2)
               .add("Selu").add("Softmax", axis=-1).add("Gemm", W2, B2).add("LeakyRelu", alpha=0.1)
               .add("HardSwish").add("Softplus").add("Softsign").add("Gemm", W2).add("Celu", alpha=0.7)
               .add("HardSigmoid").add("Exp").add("Sqrt").add("Log").add("Abs").add("Neg")
               .add("ThresholdedRelu", alpha=-9.0).add("Erf").add("Tanh")
               .add("Clip", np.float32(-0.9), np.float32(0.9)).add("Atanh").add("Sin").add("Asin")
               .add("Atan").add("Tan").add("Sinh").add("Asinh").add("Cos").add("Acos").add("Cosh")
               .add("Acosh").add("Gemm", W3, B3)
               .add("LogSoftmax", axis=-1))
        model = net.save(self.folder / "all.onnx", 3, opset=14)
        said = self.bench("--rows", "2", "--no-optimize", "--input", self.x, model=model, CXXFLAGS="",
                          says=["1 row ", "2 rows", "bit by bit in 9 rows", "99.9 %", "cold", "GFLOP/s",
                                "GB/s", "same results", "plain loops", "##"])
        self.assertLess(max(map(len, said.splitlines())), 110)

    def test_graphs(self):
        node = lambda kind, reads, gives, **how: helper.make_node(kind, reads.split(), [gives], **how)
        nodes = [node("Gemm", "state w b", "h"), node("LayerNormalization", "h g b", "n"),
                 node("Add", "n goal", "s"), node("Sub", "s h", "d"), node("Mul", "d goal", "m"),
                 node("Exp", "goal", "e"), node("Div", "m e", "q"), node("Max", "q h", "x"),
                 node("Min", "x s", "y"), node("Less", "h goal", "c"), node("Where", "c y n", "u"),
                 node("LessOrEqual", "n h", "l"), node("Where", "l u d", "v"), node("Pow", "e n", "p"),
                 node("ReduceMean", "p", "mean", axes=[1]), node("ReduceSum", "v one", "sum"),
                 node("Div", "v mean", "f"), node("Concat", "f goal p state", "all", axis=1),
                 node("Slice", "all three twenty one", "part"), node("Softmax", "part", "soft", axis=1),
                 node("Gemm", "soft w3", "policy"), node("Add", "sum mean", "value")]
        value = lambda name, width: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
        numbers = {"w": W1, "b": B1, "g": B1 + 2, "w3": RANDOM.normal(size=(17, 3)).astype(np.float32)}
        whole = {"one": 1, "three": 3, "twenty": 20}
        graph = helper.make_graph(
            nodes, "graph", [value("state", 4), value("goal", 6)],
            [value("value", 1), value("policy", 3), value("part", 17)],
            [numpy_helper.from_array(a.astype(np.float32), n) for n, a in numbers.items()] +
            [numpy_helper.from_array(np.array([i], np.int64), n) for n, i in whole.items()])
        model = self.folder / "graph.onnx"
        onnx.save(helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)]),
                  str(model))
        goal = self.array("goal.npy", RANDOM.uniform(-1, 1, (9, 6)).astype(np.float32))
        inputs = ["--input", f"goal={goal}", "--input", f"state={self.x}"]
        said = self.bench("--rows", "5", "--no-optimize", *inputs, model=model,
                          says=["10 inputs, 21 outputs", "bit by bit in 9 rows", "5 rows"])
        self.assertLess(float(said.split("loops within ")[1].split()[0]), 1e-5)
        self.bench(*inputs[:2], model=model, code=1, says="found none for 'state'")
        nodes = [node("MatMul", "x w", "h"), node("Transpose", "h", "t", perm=[0, 2, 1]),
                 node("MatMul", "h t", "y")]
        ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 2, width])
                 for name, width in [("x", 4), ("y", 2)]]
        graph = helper.make_graph(nodes, "axes", ports[:1], ports[1:], [constant("w", W1)])
        axes = self.folder / "axes.onnx"
        onnx.save(helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)]), axes)
        x = self.array("axes.npy", RANDOM.uniform(-1, 1, (9, 2, 4)).astype(np.float32))
        said = self.bench("--rows", "5", "--input", x, model=axes, says=["bit by bit in 9 rows"])
        self.assertLess(float(said.split("loops within ")[1].split()[0]), 1e-5)
        self.laminate("generate", axes, "--dsl")
        self.assertIn("laminate::matmul(", (self.folder / "axes_network.hpp").read_text())

    def test_mistakes(self):
        self.bench("--rows", "0", code=2, says="--rows")
        self.bench("--rows", "2,x", code=2, says="--rows")
        self.bench("--rows", "999999999", code=1, says=["999999999", "1 GiB"])
        self.bench("--target=-x", code=2, says="expected a target such as native, found '-x'")
        self.bench("--target", "nonsense", code=1, says=["nonsense", "--target"])
        self.bench("--compiler", "no-such-compiler", code=1, says=["'no-such-compiler' doesn't start",
                                                                   "--compiler"])
        self.bench("--compiler", "false", code=1, says=["'false' doesn't take", "--compiler"])
        self.bench(code=1, says=["-ffast-math", "CXXFLAGS"], CXXFLAGS="-ffast-math")
        self.bench("--input", self.array("short.npy", X[:, :3]), code=1, says="short.npy")
        self.bench("--svg", "missing/net.svg", code=1, says=["missing", "no directory"])
        self.bench(code=1, says=["no temporary directory", "TMPDIR"], TMPDIR="missing")
        self.assertIn("doesn't take", json.loads(self.bench("--compiler", "false", "--json",
                                                            code=1))["error"])

    # Results that differ are never timed: a compiler that spoils the plain loops, or the kernels.
    def test_different_results(self):
        for file, was, becomes, says in [
                ("loops", "value += ", "value -= ", "the plain loops give"),
                ("unfused", "kernel::relu{}", "kernel::abs{}", "different bits")]:
            self.text("spoil", f"""#!/bin/sh
for word; do case $word in */{file}.cpp)
sed -i 's/{was}/{becomes}/; s@#include <laminate/kernel/forward/chain.hpp>@&\\n#include <laminate/kernel/forward/arithmetic.hpp>@' "$word";;
esac; done
exec {os.environ.get("CXX", "c++")} "$@"
""")
            (self.folder / "spoil").chmod(0o755)
            self.bench("--compiler", self.folder / "spoil", code=70, says=says)

    def test_interrupted(self):
        temporary = self.folder / "temporary"
        temporary.mkdir()
        for signal_sent, folder_holds in [(signal.SIGINT, "driver.cpp"), # while compiling
                                          (signal.SIGTERM, "program")]: # and while timing
            done = subprocess.Popen([LAMINATE, "bench", self.model, "--seconds", "60"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    env={**os.environ, "TMPDIR": str(temporary), "CXXFLAGS": "-O0"})
            while not list(temporary.glob(f"*/{folder_holds}")):
                self.assertIsNone(done.poll())
                time.sleep(0.02)
            done.send_signal(signal_sent)
            self.assertEqual(done.wait(300), -signal_sent)
            self.assertEqual(list(temporary.iterdir()), [])


class Operators(Case):
    def test_list(self):
        text = self.laminate("operators", says=["Gemm", "Relu", "Softmax", "operators"])
        report = self.report("operators")["operators"]
        self.assertGreater(len(report), 20)
        for operator in report:
            self.assertIn(operator["name"], text)
            self.assertLessEqual(operator["since"], operator["until"])


class Completion(Case):
    def test_bash(self):
        script = self.folder / "laminate.bash"
        script.write_text(self.laminate("completion", "bash"))

        def complete(*words):
            line = " ".join(f'"{w}"' for w in ("laminate", *words))
            done = subprocess.run(
                ["bash", "-c", f'. "$1"; COMP_WORDS=({line}); COMP_CWORD={len(words)}; _laminate; '
                               'printf "%s\\n" "${COMPREPLY[@]}"', "bash", script],
                capture_output=True, text=True, check=True)
            return done.stdout.split()
        self.assertEqual(complete("gen"), ["generate"])
        self.assertEqual(complete("ver"), ["verify"])
        self.assertEqual(complete("generate", "--self"), ["--self-test"])
        self.assertEqual(complete("generate", "m.onnx", "--weights", ""), ["embedded", "binary"])
        self.assertEqual(complete("completion", ""), ["--help", "--json", "bash", "zsh", "fish"])

    def test_other_shells(self):
        for shell, says in (("zsh", "#compdef laminate"), ("fish", "complete -c laminate")):
            script = self.folder / "script"
            script.write_text(self.laminate("completion", shell, says=[says, "self-test"]))
            if shutil.which(shell):
                subprocess.run([shell, "-n", script], check=True)


class Pages(Case):
    def test_documentation_is_up_to_date(self):
        for form, path in (("man", "docs/laminate.1"), ("markdown", "docs/laminate.md")):
            self.assertEqual(self.laminate("page", form), (SOURCE / path).read_text(),
                             f"{path} is old: laminate page {form} > {path}")

    def test_man_page_is_roff(self):
        if shutil.which("groff"):
            done = subprocess.run(["groff", "-man", "-Tascii", "-ww", "-z", SOURCE / "docs/laminate.1"],
                                  capture_output=True, text=True, check=True)
            self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
