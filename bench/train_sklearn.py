#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times one step of training of scikit-learn's MLPClassifier, for comparison with train_bench.

usage: train_sklearn.py      prints microseconds for each network, the best of many steps
"""
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy  # noqa: E402
import sklearn  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402


def best_step(inputs, hidden, rows, steps):
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


print(f"scikit-learn {sklearn.__version__}, numpy {numpy.__version__}, one thread")
print(f"64-128-64-10/64    {best_step(64, (128, 64), 64, 500):8.1f} us")
print(f"784-256-128-10/128 {best_step(784, (256, 128), 128, 100):8.1f} us")
