#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the data and the weights of the digits example.

Needs Debian's python3-sklearn (which brings python3-numpy); no network. Writes, beside this script
or into the directory given as the argument:

    digits.bin           the 1797 images and labels, training split first
    digits.safetensors   the weights of 64-64-32-10 (ReLU, softmax), trained on the training split
    digits_expected.csv  what that network answers to the first 32 test images, in double precision

The formats are described in README.md. Running it twice gives the same bytes; another BLAS may
round the training differently and so give other weights.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one order of summation

import itertools
import json
import pathlib
import struct
import sys
import warnings

import numpy
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

TRAIN = 1297  # the other 500 are the test split
VALIDATION = 297  # the last of the training split, to choose seed and decay without the test split
SPLIT_SEED = 20
SEEDS = range(5)
DECAYS = (1e-3, 1e-1, 1.0)
EXPECTED = 32


def split():
    """Pixels as 0..16 and labels, shuffled once, training split first."""
    digits = load_digits()
    order = numpy.random.RandomState(SPLIT_SEED).permutation(len(digits.target))
    return digits.data[order].astype(numpy.uint8), digits.target[order].astype(numpy.uint8)


def fit(pixels, labels, seed, decay):
    classifier = MLPClassifier(
        (64, 32), activation="relu", alpha=decay, batch_size=50, max_iter=120, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 120 epochs are the recipe, not a limit
        return classifier.fit(pixels / 16.0, labels)


def choose(pixels, labels):
    """The seed and the decay with the best likelihood on the validation images."""
    fitting, held = slice(0, TRAIN - VALIDATION), slice(TRAIN - VALIDATION, TRAIN)

    def loss(candidate):
        classifier = fit(pixels[fitting], labels[fitting], *candidate)
        probabilities = classifier.predict_proba(pixels[held] / 16.0)
        right = probabilities[numpy.arange(VALIDATION), labels[held]]
        value = -numpy.log(right).mean()
        share = (probabilities.argmax(1) == labels[held]).mean()
        print(f"seed {candidate[0]}  decay {candidate[1]:<5}  validation {share:.2%}  loss {value:.4f}")
        return value

    return min(itertools.product(SEEDS, DECAYS), key=loss)


def tensors_of(classifier):
    """float32, named and laid out ([out, in]) as PyTorch's nn.Sequential does."""
    named = {}
    for index, (weight, bias) in enumerate(zip(classifier.coefs_, classifier.intercepts_)):
        named[f"{2 * index}.weight"] = numpy.ascontiguousarray(weight.T, "<f4")
        named[f"{2 * index}.bias"] = bias.astype("<f4")
    return named


def safetensors(tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        span = [offset, offset + tensor.nbytes]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": span}
        offset = span[1]
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(t.tobytes() for t in tensors.values())


def infer(tensors, pixels):
    """The network in double precision, from the float32 weights that the file holds."""
    row = pixels / 16.0
    for index in (0, 2, 4):
        row = row @ tensors[f"{index}.weight"].T.astype(float) + tensors[f"{index}.bias"]
        if index != 4:
            row = numpy.maximum(row, 0.0)
    row = numpy.exp(row - row.max(axis=1, keepdims=True))
    return row / row.sum(axis=1, keepdims=True)


def dataset(pixels, labels):
    header = b"digits01" + struct.pack("<III", len(labels), TRAIN, pixels.shape[1])
    return header + numpy.column_stack([pixels, labels]).tobytes()


def main():
    directory = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent

    pixels, labels = split()
    seed, decay = choose(pixels[:TRAIN], labels[:TRAIN])
    tensors = tensors_of(fit(pixels[:TRAIN], labels[:TRAIN], seed, decay))
    probabilities = infer(tensors, pixels)
    right = probabilities.argmax(1) == labels
    print(f"chosen: seed {seed}, decay {decay}, trained again on all {TRAIN}")
    print(f"training {right[:TRAIN].mean():.2%}, test {right[TRAIN:].mean():.2%}")

    rows = probabilities[TRAIN : TRAIN + EXPECTED]
    lines = [",".join(format(value, ".17g") for value in row) + "\n" for row in rows]
    (directory / "digits.bin").write_bytes(dataset(pixels, labels))
    (directory / "digits.safetensors").write_bytes(safetensors(tensors))
    (directory / "digits_expected.csv").write_text("".join(lines))


if __name__ == "__main__":
    main()
