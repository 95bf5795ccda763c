#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains scikit-learn's networks on the rows that main.cpp beside it uses, five times each.

usage: sklearn_peers.py <corpus> [digits] [diabetes] [mnist]
<corpus> has datasets/diabetes and datasets/mnist_t10k_0_7000; digits are in examples/data.
The splits, in words: main.cpp. Shapes and the number of epochs are the same; all else is
scikit-learn's default (Adam, rate 0.001, batch 200, L2 0.0001).
"""
import gzip
import os
import sys
import time
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.filterwarnings("ignore", category=ConvergenceWarning)
HERE = os.path.dirname(os.path.abspath(__file__))
SEEDS = range(1, 6)


def report(name, results, seconds):
    print(f"{name}: mean {np.mean(results):.4f}, each "
          + " ".join(f"{r:.4f}" for r in results) + f", {seconds / len(results):.1f} s each",
          flush=True)


def classify(name, x, y, test, hidden, epochs):
    began = time.time()
    results = []
    for seed in SEEDS:
        net = MLPClassifier(hidden, max_iter=epochs, random_state=seed)
        net.fit(x[~test], y[~test])
        results.append(net.score(x[test], y[test]))
    report(name, results, time.time() - began)


def digits(_):
    with open(os.path.join(HERE, "../data/digits.bin"), "rb") as file:
        raw = file.read()
    count, train = (int.from_bytes(raw[at:at + 4], "little") for at in (8, 12))
    rows = np.frombuffer(raw[20:], np.uint8).reshape(count, 65)
    classify("digits 64-64-32-10, accuracy", rows[:, :64] / 16.0, rows[:, 64],
             np.arange(count) >= train, (64, 32), 200)


def diabetes(corpus):
    folder = os.path.join(corpus, "datasets/diabetes/diabetes_")
    x = np.loadtxt(folder + "data_raw.csv.gz")
    y = np.loadtxt(folder + "target.csv.gz")
    began = time.time()
    means = []
    for seed in SEEDS:
        scores = []
        for fold in range(5):
            test = np.arange(len(x)) % 5 == fold
            mean, deviation = x[~test].mean(0), x[~test].std(0)
            middle, spread = y[~test].mean(), y[~test].std()
            net = MLPRegressor((32,), max_iter=200, random_state=seed)
            net.fit((x[~test] - mean) / deviation, (y[~test] - middle) / spread)
            guess = net.predict((x[test] - mean) / deviation) * spread + middle
            scores.append(r2_score(y[test], guess))
        means.append(np.mean(scores))
    report("diabetes 10-32-1, R^2 over five folds", means, time.time() - began)


def mnist(corpus):
    folder = os.path.join(corpus, "datasets/mnist_t10k_0_7000")
    with gzip.open(os.path.join(folder, "images-idx3-ubyte.gz")) as file:
        x = np.frombuffer(file.read()[16:], np.uint8).reshape(-1, 784) / 255.0
    with gzip.open(os.path.join(folder, "labels-idx1-ubyte.gz")) as file:
        y = np.frombuffer(file.read()[8:], np.uint8)
    classify("mnist 784-256-128-10, accuracy", x, y, np.arange(len(y)) % 7 == 6, (256, 128), 200)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    chosen = sys.argv[2:] or ["digits", "diabetes", "mnist"]
    for name in chosen:
        {"digits": digits, "diabetes": diabetes, "mnist": mnist}[name](sys.argv[1])


main()
