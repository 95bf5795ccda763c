#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of onnx_fuzz: small models that reach most rules.

usage: write_onnx_seeds.py <directory>
"""
import os
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def constant(name, values, dtype=np.float32):
    return numpy_helper.from_array(np.array(values, dtype=dtype), name)


def model(nodes, constants=(), shape=("N", 2), opset=13):
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], list(constants))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    made.ir_version = 7
    return made


def node(kind, inputs, output="y", **attributes):
    return helper.make_node(kind, inputs.split(), output.split(), **attributes)


W = constant("w", [[1, 2], [3, 4]])
B = constant("b", [1, -1])
SEEDS = {
    "gemm": model([node("Gemm", "x w b", "h", transB=1), node("Relu", "h")], [W, B]),
    "matmul": model([node("MatMul", "x w", "h"), node("Add", "h b", "i"), node("Tanh", "i")], [W, B]),
    "softmax": model([node("Softmax", "x", axis=1)], shape=(1, 2, 3)),
    "old": model([node("Softmax", "x", "h"), node("Clip", "h", min=0.0, max=0.5)], opset=9),
    "shapes": model([node("Shape", "x", "s"), node("Gather", "s i", "n", axis=0),
                     node("Unsqueeze", "n z", "u"), node("Concat", "u m", "t", axis=0),
                     node("Reshape", "x t", "r"), node("Transpose", "r", "y", perm=[1, 0])],
                    [constant("i", 0, np.int64), constant("z", [0], np.int64),
                     constant("m", [-1], np.int64)], shape=(1, 2, 3)),
    "normalise": model([node("BatchNormalization", "x a b c d")],
                       [constant("a", [1, 2]), B, constant("c", [0, 1]), constant("d", [1, 4])]),
    "split": model([node("Split", "x", "p q", axis=1), node("Mul", "p b", "r"),
                    node("Concat", "r q", axis=1)], [constant("b", [3])]),
    "branches": model([node("MatMul", "x w", "p"), node("Sub", "p x")], [W]),
    "waves": model([node("Sin", "x", "s"), node("Acosh", "s", "a"), node("Round", "a", "r"),
                    node("Sign", "r")]),
    "swish": model([node("Sigmoid", "x", "s"), node("Mul", "x s")]),
    "shrink": model([node("Greater", "x h", "a"), node("Less", "x l", "b"), node("Or", "a b", "o"),
                     node("Where", "o x z")],
                    [constant("h", 0.5), constant("l", -0.5), constant("z", 0.0)]),
    "gelu": model([node("Pow", "x n", "p"), node("Mul", "p c", "q"), node("Add", "x q", "r"),
                   node("Mul", "r s", "t"), node("Tanh", "t", "u"), node("Add", "u o", "v"),
                   node("Mul", "x v", "w"), node("Mul", "w h")],
                  [constant("n", 3.0), constant("c", 0.044715), constant("s", 0.7978845608),
                   constant("o", 1.0), constant("h", 0.5)]),
    "slice": model([node("Slice", "x s e a", "h"), node("PRelu", "h b")],
                   [constant("s", [0], np.int64), constant("e", [9], np.int64),
                    constant("a", [1], np.int64), constant("b", [0.5])]),
    "fold": model([node("Range", "s e d", "r"), node("Cast", "r", "f", to=1),
                   node("ReduceMean", "f", "m"), node("Where", "c m m", "v"),
                   node("Expand", "v p", "o"), node("Div", "x o")],
                  [constant("s", 1.0), constant("e", 4.0), constant("d", 1.0),
                   constant("c", True, np.bool_), constant("p", [2], np.int64)]),
    "reduce": model([node("ReduceSum", "x a", "h", keepdims=0), node("Elu", "h", alpha=2.0)],
                    [constant("a", [2], np.int64)], shape=("N", 2, 3)),
}

for name, made in SEEDS.items():
    with open(os.path.join(sys.argv[1], name + ".onnx"), "wb") as file:
        file.write(made.SerializeToString())
