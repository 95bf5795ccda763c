#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where the polynomials of kernel/forward/{trigonometric,arcs,hyperbolic}.hpp come from.

Each is that of f(r) / r - 1 in z = r^2, divided by z, whose error relative to f is least: found by
Lawson's method (weighted least squares, weights growing with errors) in 64 bits, its coefficients
rounded to float one after the other, the rest found anew each time. Needs NumPy, and a long double of
64 bits. Prints the error before and after rounding, as a power of 2, and the coefficients, lowest first.
"""
import math

import numpy as np

LONG = np.longdouble


def least_worst(a, b, rounds=400):
    """The c for which the largest |a c - b| is least, and that."""
    weights = np.full(len(b), 1.0 / len(b))
    best, least = None, math.inf
    for _ in range(rounds):
        root = np.sqrt(weights)
        c = np.zeros(a.shape[1], LONG)
        for _ in range(2):  # the second time for what the first one's 53 bits left
            rest = (b - a @ c) * root
            c += np.linalg.lstsq((a * root[:, None]).astype(float), rest.astype(float), rcond=None)[0]
        errors = np.abs(a @ c - b).astype(float)
        if errors.max() < least:
            best, least = c, errors.max()
        weights *= errors
        weights /= weights.sum()
    return best, least


def fit(name, f, lowest, highest, count):
    """`count` coefficients for z from lowest^2 to highest^2."""
    low, high = LONG(lowest) ** 2, LONG(highest) ** 2
    z = (low + high) / 2 + (high - low) / 2 * np.cos((2 * np.arange(500) + 1) * math.pi / 1000).astype(LONG)
    ratio = f(z)
    relative = z / ratio
    powers = np.stack([z ** i for i in range(count)], 1) * relative[:, None]
    aim = (ratio - 1) / z * relative
    fixed, ideal = np.zeros(0, LONG), None
    for i in range(count):
        size = np.abs(powers[:, i:]).max(0)
        c, error = least_worst(powers[:, i:] / size, aim - powers[:, :i] @ fixed)
        ideal = ideal or error
        fixed = np.append(fixed, LONG(np.float32(c[0] / size[0])))
    rounded = float(np.abs(powers @ fixed - aim).max())
    print(name, "2^%.2f 2^%.2f" % (math.log2(ideal), math.log2(rounded)), *(float(c).hex() for c in fixed))


def series(sign):
    """sin(r) / r or sinh(r) / r, whose quotient loses digits near 0."""
    def f(z):
        y = np.zeros_like(z)
        for k in range(15, 0, -1):
            y = (y + LONG(1)) * z * sign / LONG(2 * k * (2 * k + 1))
        return y + 1
    return f


def quotient(function):
    def f(z):
        r = np.sqrt(z)
        return function(r) / r
    return f


fit("sin", series(-1), 0, 1.59, 5)
fit("tan", quotient(np.tan), 0.01, math.pi / 4 * 1.01, 7)
fit("asin", quotient(np.arcsin), 0.01, 0.5, 6)
fit("atan", quotient(np.arctan), 0.01, 1, 9)
fit("sinh", series(1), 0, 1, 4)
