#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes arm.onnx and the vectors that it is verified with; needs python3-numpy and python3-onnx.

usage: make_arm.py <directory>

A robot's arm of two links, each 0.4 m long, in a plane: the network gives the angles of both joints
for a place of the hand, in millimetres. One hidden layer of 48 tanh units with random weights, the
output layer by least squares: no training framework is needed.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LINK = 400.0  # mm
UNITS = 48


def reachable_places(random, count):
    radius = random.uniform(0.5 * LINK, 1.8 * LINK, count)
    angle = random.uniform(0.0, np.pi / 2, count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype(np.float32)


def joint_angles(place):
    x, y = place.astype(np.float64).T
    elbow = np.arccos(np.clip((x * x + y * y) / (2 * LINK * LINK) - 1, -1, 1))
    return np.stack([np.arctan2(y, x) - elbow / 2, elbow], axis=1)


def main():
    folder = pathlib.Path(sys.argv[1])
    random = np.random.default_rng(1)
    places = reachable_places(random, 4000)
    mean, deviation = places.mean(0), places.std(0)
    hidden_weight = random.normal(0, 1.5, (2, UNITS)).astype(np.float32)
    hidden_bias = random.normal(0, 1.0, UNITS).astype(np.float32)

    def hidden(place):
        centred = (place.astype(np.float64) - mean) / deviation
        return np.tanh(centred @ hidden_weight.astype(np.float64) + hidden_bias)
    features = np.hstack([hidden(places), np.ones((len(places), 1))])
    fitted = np.linalg.lstsq(features, joint_angles(places), rcond=1e-6)[0].astype(np.float32)
    weight, bias = fitted[:-1], fitted[-1]

    def constant(name, array):
        return numpy_helper.from_array(np.asarray(array, np.float32), name)
    graph = helper.make_graph(
        [helper.make_node("Sub", ["place", "mean"], ["centred"], name="centre"),
         helper.make_node("Div", ["centred", "deviation"], ["scaled"], name="scale"),
         helper.make_node("Gemm", ["scaled", "hidden.weight", "hidden.bias"], ["sums"], name="hidden"),
         helper.make_node("Tanh", ["sums"], ["features"], name="tanh"),
         helper.make_node("Gemm", ["features", "out.weight", "out.bias"], ["angles"], name="out")],
        "arm",
        [helper.make_tensor_value_info("place", TensorProto.FLOAT, ["batch", 2])],
        [helper.make_tensor_value_info("angles", TensorProto.FLOAT, ["batch", 2])],
        [constant("mean", mean), constant("deviation", deviation),
         constant("hidden.weight", hidden_weight), constant("hidden.bias", hidden_bias),
         constant("out.weight", weight), constant("out.bias", bias)])
    model = helper.make_model(graph, producer_name="make_arm.py", ir_version=7,
                              opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / "arm.onnx"))

    inputs = reachable_places(random, 32)
    np.save(folder / "arm_places.npy", inputs)
    np.save(folder / "arm_angles.npy", hidden(inputs) @ weight.astype(np.float64) + bias)
    error = np.abs(hidden(inputs) @ weight + bias - joint_angles(inputs)).max()
    print(f"arm.onnx: largest error {np.degrees(error):.2f} degrees")


main()
