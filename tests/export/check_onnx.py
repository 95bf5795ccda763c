#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Saved networks pass ONNX's checker and strict shape inference, and compute what Laminate does.

usage: check_onnx.py <save_networks>      prints "skipped: ..." where onnx or numpy is missing

Each model is evaluated node by node with NumPy in double, from the specification of its operators:
nothing of Laminate's importer has a part in it.
"""
import math
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import onnx
    from onnx import numpy_helper, shape_inference
except ImportError as problem:
    # CI must not pass without having run this.
    print(f"{'missing' if os.environ.get('CI') else 'skipped'}: {problem}. Install python3-onnx")
    sys.exit(1 if os.environ.get("CI") else 0)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def gemm(a, b, c=0.0, transB=0):
    return a @ (b.T if transB else b) + c


def reshape(x, shape):
    return x.reshape([x.shape[i] if extent == 0 else int(extent) for i, extent in enumerate(shape)])


def clip(x, low=None, high=None):
    return np.clip(x, -np.inf if low is None else low, np.inf if high is None else high)


def last_axis(function):
    def checked(x, axis):
        assert axis == -1
        return function(x)
    return checked


def selu(x):
    return 1.05070102214813232421875 * np.where(x > 0, x, 1.67326319217681884765625 * np.expm1(x))


def windows(x, kernel_shape, strides, pads, dilations=None):
    """[batch, channels, positions..., window...], NaN where a window sees padding."""
    axes = len(kernel_shape)
    dilations = dilations or [1] * axes
    x = np.pad(x, [(0, 0), (0, 0)] + list(zip(pads[:axes], pads[axes:])), constant_values=np.nan)
    spans = [(k - 1) * d + 1 for k, d in zip(kernel_shape, dilations)]
    seen = np.lib.stride_tricks.sliding_window_view(x, spans, tuple(range(2, 2 + axes)))
    taken = [slice(None)] * 2 + [slice(None, None, s) for s in strides]
    return seen[tuple(taken + [slice(None, None, d) for d in dilations])]


def conv(x, weights, bias=None, group=1, **where):
    seen = np.nan_to_num(windows(x, **where))
    axes = len(where["kernel_shape"])
    outputs, inputs = weights.shape[0] // group, weights.shape[1]
    letters = "ij"[:axes], "kl"[:axes]
    form = f"nc{letters[0]}{letters[1]},oc{letters[1]}->no{letters[0]}"
    y = np.concatenate([np.einsum(form, seen[:, g * inputs:(g + 1) * inputs],
                                  weights[g * outputs:(g + 1) * outputs]) for g in range(group)], 1)
    return y if bias is None else y + bias.reshape([-1] + [1] * axes)


def average_pool(x, count_include_pad, **where):
    seen = windows(x, **where)
    window = tuple(range(-len(where["kernel_shape"]), 0))
    seen_of_each = (~np.isnan(seen)).sum(window)
    whole = np.prod(where["kernel_shape"])
    return np.nansum(seen, window) / (whole if count_include_pad else seen_of_each)


def over_map(x):
    return tuple(range(2, x.ndim))


OPERATORS = {
    "Abs": np.abs,
    "Acos": np.arccos,
    "Acosh": np.arccosh,
    "Add": np.add,
    "Asin": np.arcsin,
    "Asinh": np.arcsinh,
    "Atan": np.arctan,
    "Atanh": np.arctanh,
    "AveragePool": average_pool,
    "Cast": lambda x, to: x.astype({onnx.TensorProto.FLOAT: np.float64, onnx.TensorProto.BOOL: bool}[to]),
    "Ceil": np.ceil,
    "Celu": lambda x, alpha: np.maximum(x, 0) + np.minimum(0, alpha * np.expm1(x / alpha)),
    "Clip": clip,
    "Concat": lambda *parts, axis: np.concatenate(parts, axis),
    "Conv": conv,
    "Cos": np.cos,
    "Cosh": np.cosh,
    "Div": np.divide,
    "Dropout": lambda x, ratio: x,
    "Elu": lambda x, alpha: np.where(x < 0, alpha * np.expm1(x), x),
    "Equal": np.equal,
    "Erf": np.vectorize(math.erf),
    "Exp": np.exp,
    "Flatten": lambda x, axis: x.reshape(int(np.prod(x.shape[:axis])), -1),
    "Floor": np.floor,
    "Gather": lambda x, at, axis: x.take(at, axis),
    "Gemm": gemm,
    "GlobalAveragePool": lambda x: x.mean(over_map(x), keepdims=True),
    "GlobalMaxPool": lambda x: x.max(over_map(x), keepdims=True),
    "HardSigmoid": lambda x, alpha, beta: np.clip(alpha * x + beta, 0, 1),
    "HardSwish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "Identity": lambda x: x,
    "LeakyRelu": lambda x, alpha: np.where(x < 0, alpha * x, x),
    "Less": np.less,
    "LessOrEqual": np.less_equal,
    "Log": np.log,
    "LogSoftmax": last_axis(lambda x: np.log(softmax(x))),
    "MatMul": np.matmul,
    "Max": np.maximum,
    "MaxPool": lambda x, **where: np.nanmax(windows(x, **where), tuple(range(-len(where["kernel_shape"]), 0))),
    "Min": np.minimum,
    "Mul": np.multiply,
    "Neg": np.negative,
    "PRelu": lambda x, slope: np.where(x < 0, slope * x, x),
    "Pad": lambda x, pads, value: np.pad(x, pads.reshape(2, -1).T, constant_values=value),
    "Pow": np.power,
    "Reciprocal": np.reciprocal,
    "ReduceMax": lambda x, axes, keepdims: x.max(tuple(axes), keepdims=bool(keepdims)),
    "ReduceMean": lambda x, axes: x.mean(tuple(axes), keepdims=True),
    "ReduceSum": lambda x, axes: x.sum(tuple(axes), keepdims=True),
    "Relu": lambda x: np.maximum(x, 0),
    "Reshape": reshape,
    "Round": np.rint,
    "Selu": selu,
    "Shrink": lambda x, bias, lambd: np.where(x < -lambd, x + bias, np.where(x > lambd, x - bias, 0)),
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "Sign": np.sign,
    "Sin": np.sin,
    "Sinh": np.sinh,
    "Slice": lambda x, begin, end, axis: x.take(range(begin[0], end[0]), int(axis[0])),
    "Softmax": last_axis(softmax),
    "Softplus": lambda x: np.logaddexp(x, 0),
    "Softsign": lambda x: x / (1 + np.abs(x)),
    "Sqrt": np.sqrt,
    "Sub": np.subtract,
    "Tan": np.tan,
    "Tanh": np.tanh,
    "Transpose": lambda x, perm: x.transpose(perm),
    "ThresholdedRelu": lambda x, alpha: np.where(x > alpha, x, 0),
    "Where": np.where,
}


def number_of(tensor):
    array = numpy_helper.to_array(tensor)
    return array.astype(np.float64) if array.dtype == np.float32 else array


def evaluate(graph, x):
    values = {tensor.name: number_of(tensor) for tensor in graph.initializer}
    values[graph.input[0].name] = x
    for node in graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        given = [values[name] if name else None for name in node.input]
        values[node.output[0]] = OPERATORS[node.op_type](*given, **attributes)
    return values[graph.output[0].name]


def shape_of(info):
    return [d.dim_param or d.dim_value for d in info.type.tensor_type.shape.dim]


def check(path):
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    assert (model.ir_version, model.producer_name) == (7, "Laminate"), model
    graph = model.graph
    declared = [shape_of(value) for value in (graph.input[0], graph.output[0])]
    assert all(shape[0] == "batch" and all(isinstance(d, int) for d in shape[1:])
               for shape in declared), declared

    # Without the output's shape, so that it has to be found.
    found = onnx.ModelProto()
    found.CopyFrom(model)
    found.graph.output[0].type.tensor_type.ClearField("shape")
    found = shape_inference.infer_shapes(found, check_type=True, strict_mode=True, data_prop=True)
    assert shape_of(found.graph.output[0]) == declared[1], (found.graph.output[0], declared)
    shapes = {value.name: shape_of(value) for value in found.graph.value_info}
    for node in graph.node[:-1]:
        assert shapes[node.output[0]][0] == "batch", (node, shapes)

    shape = [-1] + declared[0][1:]
    x = np.fromfile(path.with_suffix(".x"), np.float32).reshape(shape).astype(np.float64)
    expected = np.fromfile(path.with_suffix(".y"), np.float32).reshape([len(x)] + declared[1][1:])
    y = evaluate(graph, x)
    assert y.shape == expected.shape, (y.shape, expected.shape)
    # Each layer's own error, of a few roundings, grows through the layers that follow: through the
    # tangent among the waves to 2.2e-6.
    off = np.max(np.abs(y - expected) / (1 + np.abs(y)))
    assert off < 4e-6, f"off by {off}"
    return {node.op_type for node in graph.node}, off


def main():
    used, worst, count = set(), 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        for path in sorted(pathlib.Path(folder).glob("*.onnx")):
            try:
                operators, off = check(path)
            except Exception:
                print(f"{path.name}:", file=sys.stderr)
                raise
            used, worst, count = used | operators, max(worst, off), count + 1
    assert used == set(OPERATORS), used ^ set(OPERATORS)  # all were seen
    print(f"{count} models accepted by onnx {onnx.__version__}, {len(used)} operators, off by at most "
          f"{worst:.1e}")


main()
