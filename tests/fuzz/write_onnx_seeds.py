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


def model(nodes, constants=(), shape=("N", 2), opset=13, inputs="x", outputs="y"):
    graph = helper.make_graph(
        nodes, "g",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in inputs.split()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs.split()],
        list(constants))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    made.ir_version = 7
    return made


def node(kind, inputs, output="y", **attributes):
    return helper.make_node(kind, inputs.split(), output.split(), **attributes)


W = constant("w", [[1, 2], [3, 4]])
B = constant("b", [1, -1])


def indices(name, values):
    return constant(name, values, np.int64)


def mean(of, output, **more):
    return node("ReduceMean", of, output, axes=[-1], **more)


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
    "ports": model([node("Add", "x z", "h"), node("Tanh", "h", "y"), node("Min", "h z", "v"),
                    node("Sum", "x y v", "u")], inputs="x z", outputs="y u"),
    "attention": model([node("MatMul", "x w", "q"), node("Transpose", "x", "t", perm=[0, 2, 1]),
                        node("MatMul", "q t", "p"), node("Mul", "p s", "r"),
                        node("Softmax", "r", "a", axis=-1), node("MatMul", "a x")],
                       [W, constant("s", 0.7)], shape=("N", 3, 2)),
    "reductions": model([node("ReduceMax", "x", "a", axes=[1]), node("ReduceProd", "x", "b", axes=[2]),
                         node("ReduceL2", "x", "c", axes=[1, 2]), node("ReduceLogSumExp", "x", "d", axes=[2]),
                         node("Add", "a b", "e"), node("Mul", "e c", "f"), node("Sub", "f d"),
                         node("ArgMax", "x", "k", axis=2)], shape=("N", 2, 3), outputs="y k"),
    "moves": model([node("Tile", "x r", "t"), node("Pad", "t p", "q", mode="reflect"),
                    node("Trilu", "q", "u", upper=0), node("CumSum", "u c", "v"),
                    node("Gather", "v i", "g", axis=2), node("Sigmoid", "g", "s"),
                    node("Concat", "s v", "y", axis=2)],
                   [indices("r", [1, 1, 2]), indices("p", [0, 0, 1, 0, 0, 1]), indices("c", 1),
                    indices("i", [3, 1, 1])], shape=("N", 2, 2), opset=14),
    "depth": model([node("DepthToSpace", "x", "d", blocksize=2, mode="CRD"), node("Exp", "d", "e"),
                    node("SpaceToDepth", "e", "f", blocksize=2), node("Max", "f x")], shape=(1, 4, 1, 2)),
    "scatter": model([node("Exp", "x", "e"), node("GatherElements", "e g", "u", axis=1),
                      node("ScatterElements", "x g u", "s", axis=1, reduction="max"),
                      node("GatherND", "e n", "v"), node("ScatterND", "s n v", reduction="add")],
                     [indices("g", [[2, 0]]), indices("n", [[0, 1], [0, -1]])], shape=(1, 3), opset=18),
    "scatter_old": model([node("Shape", "x", "n"), node("Expand", "g n", "i"),
                          node("ScatterElements", "x i o", axis=1)],
                         [indices("g", [[1, 0]]), constant("o", [[5, 6]])]),
    "choices": model([node("Less", "x b", "l"), node("Not", "l", "n"), node("Equal", "x z", "e"),
                      node("Xor", "n e", "o"), node("Where", "o x z", "w"), node("Cast", "l", "f", to=1),
                      node("Pow", "w f", "p"), node("IsNaN", "p", "m"), node("Where", "m b p")],
                     [B], inputs="x z"),
    "layer_norm": model([node("LayerNormalization", "x b b", axis=-1, epsilon=0.001)], [B], opset=17),
    "norm_spelt": model([mean("x", "m"), node("Sub", "x m", "d"), node("Pow", "d t", "s"), mean("s", "v"),
                         node("Add", "v e", "a"), node("Sqrt", "a", "r"), node("Div", "d r", "n"),
                         node("Mul", "n b", "o"), node("Add", "o b")],
                        [B, constant("t", 2.0), constant("e", 0.01)], shape=("N", 3, 2), opset=11),
    "rms_spelt": model([node("Mul", "x x", "s"), mean("s", "v"), node("Add", "v e", "a"),
                        node("Sqrt", "a", "r"), node("Reciprocal", "r", "i"), node("Mul", "x i")],
                       [constant("e", 0.01)]),
    "hard": model([node("Hardmax", "x", "h", axis=1), node("Split", "h", "p q", axis=1),
                   node("Mod", "c d", "k"), node("Gather", "t k", "g"), node("Mul", "p g", "r"),
                   node("Or", "o o", "n"), node("Where", "n q r")],
                  [indices("c", [7]), indices("d", [3]), constant("t", [1, 2, 3]),
                   constant("o", [True], np.bool_)]),
}

for name, made in SEEDS.items():
    with open(os.path.join(sys.argv[1], name + ".onnx"), "wb") as file:
        file.write(made.SerializeToString())
