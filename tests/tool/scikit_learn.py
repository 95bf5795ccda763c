#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Networks that scikit-learn trained agree with it after sklearn_to_onnx.py and `laminate verify`.

usage: scikit_learn.py <laminate>      prints "skipped: ..." where scikit-learn or onnx is missing
"""
import json
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy as np
    import onnx  # noqa: F401
    import sklearn.datasets
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler
except ImportError as problem:
    # CI must not pass without having run this.
    print(f"{'missing' if os.environ.get('CI') else 'skipped'}: {problem}. Install python3-sklearn and "
          "python3-onnx")
    sys.exit(1 if os.environ.get("CI") else 0)

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "examples/sklearn/sklearn_to_onnx.py"
warnings.simplefilter("ignore", ConvergenceWarning)


def train():
    """Pairs of a name and a fitted model, with its inputs."""
    iris, iris_class = sklearn.datasets.load_iris(return_X_y=True)
    digits, digit = sklearn.datasets.load_digits(return_X_y=True)
    diabetes, progress = sklearn.datasets.load_diabetes(return_X_y=True)
    both = np.column_stack([progress, progress ** 2]) / np.max(progress) ** 2
    options = {"max_iter": 30, "random_state": 0}
    yield "iris", iris, make_pipeline(
        StandardScaler(), MLPClassifier((16, 8), **options)).fit(iris, iris_class)
    yield "two_classes", iris, make_pipeline(
        MinMaxScaler(), MLPClassifier(12, activation="tanh", **options)).fit(iris, iris_class == 1)
    yield "labels", iris, MLPClassifier(8, activation="logistic", **options).fit(
        iris, np.column_stack([iris_class == 0, iris_class == 2]))
    yield "digits", digits, make_pipeline(
        MinMaxScaler(clip=True), MLPClassifier((32,), **options)).fit(digits, digit)
    yield "diabetes", diabetes, make_pipeline(
        StandardScaler(with_mean=False), MinMaxScaler(feature_range=(-1, 1)),
        MLPRegressor((20, 20), **options)).fit(diabetes, progress)
    yield "two_outputs", diabetes, make_pipeline(
        StandardScaler(with_std=False), MLPRegressor(10, activation="identity", **options)
    ).fit(diabetes, both)


def main():
    laminate = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for network, inputs, model in train():
            rows = inputs[::7].astype(np.float32)
            answer = getattr(model, "predict_proba", None) or model.predict
            expected = answer(rows.astype(np.float64))
            if isinstance(expected, list):
                sys.exit(f"{network}: predict_proba gave a list")
            np.save(folder / "x.npy", rows)
            np.save(folder / "y.npy", expected.reshape(len(rows), -1))
            with open(folder / "model.pickle", "wb") as file:
                pickle.dump(model, file)
            path = folder / f"{network}.onnx"
            subprocess.run([sys.executable, SCRIPT, folder / "model.pickle", path], check=True)
            # scikit-learn keeps weights in double, the file in float: 1e-5 covers what that loses.
            subprocess.run([laminate, "verify", path, "--input", folder / "x.npy", "--expected",
                            folder / "y.npy", "--tolerance", "1e-5"], check=True)
            if hasattr(model, "predict_proba") and network != "labels":
                said = subprocess.run([laminate, "run", "--json", path, "--input",
                                       folder / "x.npy"], capture_output=True, check=True).stdout
                predicted = [str(c) for c in model.predict(rows.astype(np.float64))]
                assert json.loads(said)["classes"] == predicted, f"{network}: {said}"
        refused = subprocess.run([sys.executable, SCRIPT, folder / "x.npy", folder / "z.onnx"],
                                 capture_output=True, text=True, check=False)
        assert refused.returncode == 1 and not (folder / "z.onnx").exists(), refused
    print("6 networks agree")


main()
