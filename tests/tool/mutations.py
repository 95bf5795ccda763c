#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`laminate verify` on trained models of the corpus: true outputs are ok, wrong ones never are.

usage: mutations.py <laminate> <corpus>
The models have 2 to 38 layers and outputs in double. Each wrong answer is one that people get: from
inputs on another scale, of other classes or rows, from nothing at all, or nearly right.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError as problem:
    # tests/tool/commands.py says so, and fails in CI.
    print(f"skipped: {problem}. Install python3-numpy")
    sys.exit(0)

MODELS = ["yizhak_net", "mnist2x5_sigmoid", "velardo_lesson9", "hls4ml_two_layer_keras", "fc1",
          "rl_go2_policy", "tanh_controller", "hls4ml_three_layer_keras", "acasxu_1_1",
          "mlperf_ad01_autoencoder"]


def laminate(*words):
    return subprocess.run([sys.argv[1], *map(str, words)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)


class Model:
    def __init__(self, name, folder):
        place = pathlib.Path(sys.argv[2]) / "real" / name
        self.name, self.file, self.folder = name, place / "model.onnx", folder
        self.x, y = np.load(place / "inputs.npy"), np.load(place / "outputs.npy")
        self.y = y.reshape(len(y), -1)

    def run(self, x):
        np.save(self.folder / "x.npy", x)
        done = laminate("run", self.file, "--input", self.folder / "x.npy", "--output",
                        self.folder / "y.npy")
        assert done.returncode == 0, done.stderr
        return np.load(self.folder / "y.npy").reshape(self.y.shape).astype(np.float64)

    def verdict(self, y):
        """As JSON has it; the exit code must say the same."""
        np.save(self.folder / "x.npy", self.x)
        np.save(self.folder / "y.npy", y)
        done = laminate("verify", self.file, "--input", self.folder / "x.npy", "--expected",
                        self.folder / "y.npy", "--no-compile", "--json")
        report = json.loads(done.stdout)
        assert report["verdict"] == {0: "ok", 1: "differs", 3: "cannot tell"}[done.returncode]
        return report["verdict"]

    def mutations(self):
        y = self.y
        order = np.argsort(-np.abs(y).max(0))  # units, the largest first
        unit = order[len(order) // 2]
        if np.abs(y[:, unit]).max() < np.abs(y).max() / 100:
            unit = order[0]
        yield "zeros", 0 * y
        yield "inputs / 255", self.run((self.x / 255).astype(np.float32))
        swapped = y.copy()
        if len(order) > 1:
            swapped[:, order[:2]] = y[:, order[1::-1]]
            yield "swapped classes", swapped
        scaled = y.copy()
        scaled[:, unit] *= 1.01
        yield f"unit {unit} off by 1 %", scaled
        once, row = y.copy(), np.abs(y[:, unit]).argmax()
        once[row, unit] *= 0.99
        yield f"one number of unit {unit} off by 1 %", once
        yield "rows moved by one", np.roll(y, 1, axis=0)
        yield "the mean of all rows", np.tile(y.mean(0), (len(y), 1))
        yield "negative", -y
        nan = y.copy()
        nan[-1, -1] = np.nan
        yield "a NaN", nan


def main():
    wrong, count = [], 0
    with tempfile.TemporaryDirectory(prefix="laminate_test.") as folder:
        for model in (Model(name, pathlib.Path(folder)) for name in MODELS):
            truths = [("the truth", model.y), ("the truth in float", model.y.astype(np.float32)),
                      ("the kernels' own", model.run(model.x))]
            for expected, cases in ("ok", truths), ("", model.mutations()):
                for what, y in cases:
                    verdict = model.verdict(y)
                    count += 1
                    if (verdict == "ok") != (expected == "ok"):
                        wrong.append(f"{model.name}: {what}: {verdict}")
    print("\n".join(wrong))
    print(f"{count} verdicts, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


main()
