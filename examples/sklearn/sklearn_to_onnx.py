#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A trained MLPClassifier or MLPRegressor of scikit-learn as an ONNX file, for `laminate`.

usage: sklearn_to_onnx.py <model.pickle> <model.onnx>

The pickle holds the estimator, or a Pipeline of scalers that ends in it: StandardScaler and
MinMaxScaler are written as the model's first nodes (laminate folds them into the first layer). The
output is that of predict_proba for a classifier, whose classes are named in the file's metadata so that
`laminate run` prints them, and of predict for a regressor. From a program:

    from sklearn_to_onnx import to_onnx
    onnx.save(to_onnx(pipeline, "iris"), "iris.onnx")

Loading a pickle runs whatever code is in it: convert only your own.
"""
import json
import pickle
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ACTIVATIONS = {"identity": None, "logistic": "Sigmoid", "tanh": "Tanh", "relu": "Relu",
               "softmax": "Softmax"}


class Writer:
    """Nodes in a line, each fed by the one before it."""

    def __init__(self):
        self.nodes, self.constants, self.value = [], [], "input"

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(np.asarray(array, np.float32), name))
        return name

    def add(self, operator, name, *constants, **attributes):
        self.nodes.append(helper.make_node(operator, [self.value, *constants], [name], name=name,
                                           **attributes))
        self.value = name


def write_scaler(writer, scaler, name):
    kind = type(scaler).__name__
    if kind == "StandardScaler":
        if scaler.mean_ is not None:
            writer.add("Sub", f"{name}_centre", writer.constant(f"{name}.mean", scaler.mean_))
        if scaler.scale_ is not None:
            writer.add("Div", f"{name}_scale", writer.constant(f"{name}.scale", scaler.scale_))
    elif kind == "MinMaxScaler":
        writer.add("Mul", f"{name}_scale", writer.constant(f"{name}.scale", scaler.scale_))
        writer.add("Add", f"{name}_shift", writer.constant(f"{name}.min", scaler.min_))
        if scaler.clip:
            low, high = scaler.feature_range
            writer.add("Clip", f"{name}_clip", writer.constant(f"{name}.low", low),
                       writer.constant(f"{name}.high", high))
    else:
        raise ValueError(f"step '{name}' is a {kind}: expected StandardScaler or MinMaxScaler")


def write_perceptron(writer, model):
    weights, biases = list(model.coefs_), list(model.intercepts_)
    two_classes = hasattr(model, "predict_proba") and model.n_outputs_ == 1
    if two_classes:  # predict_proba gives both: 1 - sigmoid(z) = sigmoid(-z)
        weights[-1] = np.hstack([-weights[-1], weights[-1]])
        biases[-1] = np.hstack([-biases[-1], biases[-1]])
    last = len(weights) - 1
    for i, (weight, bias) in enumerate(zip(weights, biases)):
        writer.add("Gemm", f"layer{i}", writer.constant(f"layer{i}.weight", weight),
                   writer.constant(f"layer{i}.bias", bias))
        operator = ACTIVATIONS[model.out_activation_ if i == last else model.activation]
        if operator:
            writer.add(operator, f"layer{i}_{operator.lower()}",
                       **({"axis": 1} if operator == "Softmax" else {}))
    return weights[0].shape[0], weights[-1].shape[1]


def to_onnx(model, name="network"):
    """The ModelProto of a fitted estimator or pipeline."""
    steps = list(getattr(model, "steps", [("model", model)]))
    writer = Writer()
    for step_name, scaler in steps[:-1]:
        if scaler is not None and scaler != "passthrough":
            write_scaler(writer, scaler, step_name)
    perceptron = steps[-1][1]
    if type(perceptron).__name__ not in ("MLPClassifier", "MLPRegressor"):
        raise ValueError(f"the model is a {type(perceptron).__name__}: expected MLPClassifier or "
                         "MLPRegressor")
    if not hasattr(perceptron, "coefs_"):
        raise ValueError("the model is not fitted: call fit first")
    inputs, outputs = write_perceptron(writer, perceptron)

    def value(value_name, width):
        return helper.make_tensor_value_info(value_name, TensorProto.FLOAT, ["batch", width])
    graph = helper.make_graph(writer.nodes, name, [value("input", inputs)],
                              [value(writer.value, outputs)], writer.constants)
    made = helper.make_model(graph, producer_name="laminate sklearn_to_onnx",
                             opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    if hasattr(perceptron, "classes_") and (perceptron.out_activation_ == "softmax"
                                            or perceptron.n_outputs_ == 1):  # else several labels
        names = json.dumps([str(c) for c in perceptron.classes_])
        helper.set_model_props(made, {"class_names": names})
    onnx.checker.check_model(made)
    return made


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        with open(sys.argv[1], "rb") as file:
            model = pickle.load(file)
        onnx.save(to_onnx(model), sys.argv[2])
    except (OSError, ValueError, pickle.UnpicklingError) as problem:
        sys.exit(f"{sys.argv[1]}: {problem}")


if __name__ == "__main__":
    main()
