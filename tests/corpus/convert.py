#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes of the corpus' dense networks what the tests read. Needs NumPy and onnx (Debian:
python3-numpy, python3-onnx). Promises, in the output directory, for each network of NETWORKS
  <name>.safetensors   float32 parameters, named as PyTorch's nn.Sequential names them
  <name>.inputs.npy    float32 [rows, inputs]
  <name>.outputs.npy   float64 [rows, outputs], computed in double precision
  <name>.error.npy     float64 [1], how far a float32 evaluation by NumPy is off at most
and mnist.images.npy, mnist.labels.npy (uint8), the files of datasets/ unpacked, and
acas_constants.hpp, an ACAS Xu network as constants; or a message that names network and operator, and the exit code 1.

usage: convert.py <corpus> <output directory>
"""

import gzip
import json
import pathlib
import struct
import sys

import numpy as np
import onnx
from onnx import numpy_helper

NETWORKS = """
    fc1 fc_2_2_3 rtneural_dense tanh_controller velardo_lesson9
    hls4ml_three_layer_bn_pytorch hls4ml_three_layer_keras hls4ml_three_layer_pytorch
    hls4ml_two_layer_keras hls4ml_two_layer_pytorch
    mlperf_ad01_autoencoder
    mnist2x10 mnist2x5_sigmoid mnist_fc2 mnist_robust_sigmoid onnx2c_mnist_bn_mlp yizhak_net
    rl_g1_gangnam_style rl_go2_policy rl_go2w_policy rl_gr1t1_policy
""".split() + [f"acasxu_{n}" for n in """
    1_1 1_3 1_5 1_6 1_7 1_9 2_1 2_2 2_4 2_5 2_7 2_8 2_9 3_1 3_3 3_4
    3_6 3_9 4_4 4_5 4_6 4_7 4_8 4_9 5_1 5_2 5_3 5_4 5_5 5_8 5_9
""".split()]

# A sample is one row, so these change nothing but the shape.
RESHAPING = {"Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze"}
ACTIVATIONS = {"Elu", "Relu", "Sigmoid", "Softmax", "Tanh"}


class Dense:
    """y = W x + b in double precision, W [outputs, inputs]; b is None where there is none."""

    def __init__(self, weights):
        self.weights = weights.astype(np.float64)
        self.bias = None

    def add(self, values):
        before = 0.0 if self.bias is None else self.bias
        self.bias = before + np.broadcast_to(values.astype(np.float64), len(self.weights))

    def scale(self, factors):
        self.weights = self.weights * factors[:, np.newaxis]
        if self.bias is not None:
            self.bias = self.bias * factors


def layers_of(graph):
    """The chain of the graph: Dense objects and, between them, names of activations."""
    constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    layers = []
    flowing = next(i.name for i in graph.input if i.name not in constants)

    for node in graph.node:
        given = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}

        def need(right, what):
            if not right:
                raise ValueError(f"{node.op_type} '{node.output[0]}': {what}")

        if node.op_type == "Constant":
            constants[node.output[0]] = numpy_helper.to_array(given["value"])
            continue
        need(node.input[0] == flowing, "not a chain")
        flowing = node.output[0]
        operands = [constants.get(name) for name in node.input[1:]]

        if node.op_type in RESHAPING:
            pass
        elif node.op_type in ACTIVATIONS:
            need(given.get("alpha", 1.0) == 1.0, "alpha isn't 1")
            layers.append(node.op_type)
        elif node.op_type == "Sub":
            need(not operands[0].any(), "subtracts something other than zero")
        elif node.op_type == "MatMul":
            layers.append(Dense(operands[0].T))
        elif node.op_type == "Gemm":
            need(given.get("alpha", 1.0) == given.get("beta", 1.0) == 1.0, "alpha or beta isn't 1")
            need(not given.get("transA", 0), "transA")
            layers.append(Dense(operands[0] if given.get("transB", 0) else operands[0].T))
            if len(operands) > 1:
                layers[-1].add(operands[1])
        elif node.op_type == "Add":
            need(isinstance(layers[-1], Dense), "adds to something other than a product")
            layers[-1].add(operands[0])
        elif node.op_type == "BatchNormalization":
            need(isinstance(layers[-1], Dense), "normalises something other than a product")
            gamma, beta, mean, variance = (o.astype(np.float64) for o in operands)
            factors = gamma / np.sqrt(variance + given.get("epsilon", 1e-5))
            layers[-1].scale(factors)
            layers[-1].add(beta - mean * factors)
        else:
            need(False, "not known here")
    if flowing != graph.output[0].name:
        raise ValueError(f"the chain ends in '{flowing}', not in '{graph.output[0].name}'")
    return layers


def parameters_of(layers):
    tensors = {}
    for index, layer in enumerate(layers):
        if isinstance(layer, Dense):
            tensors[f"{index}.weight"] = layer.weights.astype("<f4")
            if layer.bias is not None:
                tensors[f"{index}.bias"] = layer.bias.astype("<f4")
    return tensors


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, values in tensors.items():
        begin = len(data)
        data += np.ascontiguousarray(values).tobytes()
        header[name] = {"dtype": "F32", "shape": values.shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def convert(item, output):
    name = item.name
    layers = layers_of(onnx.load(str(item / "model.onnx")).graph)
    dense = [layer for layer in layers if isinstance(layer, Dense)]
    tensors = parameters_of(layers)
    write_safetensors(output / f"{name}.safetensors", tensors)

    inputs = np.load(item / "inputs.npy").reshape(-1, dense[0].weights.shape[1])
    outputs = np.load(item / "outputs.npy").reshape(-1, dense[-1].weights.shape[0])
    np.save(output / f"{name}.inputs.npy", inputs.astype("<f4"))
    np.save(output / f"{name}.outputs.npy", outputs.astype("<f8"))
    vectors = json.loads((item / "meta.json").read_text())["vectors"]
    np.save(output / f"{name}.error.npy",
            np.array([vectors["outputs"][0]["f32_numpy_max_abs_err"]], dtype="<f8"))
    return tensors, inputs, outputs


def convert_mnist(item, output):
    def idx(name, header):
        with gzip.open(item / name) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)

    labels = idx("labels-idx1-ubyte.gz", 8)
    np.save(output / "mnist.labels.npy", labels)
    np.save(output / "mnist.images.npy", idx("images-idx3-ubyte.gz", 16).reshape(len(labels), -1))


def unpack(folder, output):
    for packed in folder.glob("*/*"):
        data = packed.read_bytes()
        if packed.suffix == ".gz":
            (output / packed.stem).write_bytes(gzip.decompress(data))
        elif packed.suffix == ".csv":
            (output / packed.name).write_bytes(data)


def write_constants(path, tensors, inputs, outputs):
    """The sample whose largest output is the clearest."""
    ordered = np.sort(outputs, axis=1)
    clearest = int(np.argmax(ordered[:, -1] - ordered[:, -2]))

    def array(name, values):
        numbers = [float(v).hex() + "f" for v in values.ravel()]
        lines = [", ".join(numbers[i:i + 5]) for i in range(0, len(numbers), 5)]
        return (f"inline constexpr float {name}[{len(numbers)}] = {{\n    "
                + ",\n    ".join(lines) + "};\n")

    path.write_text(
        "// Written by tests/corpus/convert.py; do not edit.\n#pragma once\n\n#include <cstddef>\n\n"
        "namespace acas_constants {\n\n// Layer by layer, weights [output][input], then bias.\n"
        + array("parameters", np.concatenate([t.ravel() for t in tensors.values()]))
        + array("input", inputs[clearest])
        + f"inline constexpr std::size_t largest_output = {int(np.argmax(outputs[clearest]))};\n\n"
        "}  // namespace acas_constants\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    corpus, output = map(pathlib.Path, sys.argv[1:])
    output.mkdir(parents=True, exist_ok=True)
    for name in NETWORKS:
        try:
            converted = convert(corpus / "real" / name, output)
        except (OSError, ValueError) as problem:
            sys.exit(f"{corpus / 'real' / name}: {problem}")
        if name == "acasxu_1_1":
            constants = converted
    convert_mnist(corpus / "datasets" / "mnist_t10k_0_7000", output)
    unpack(corpus / "datasets", output)
    write_constants(output / "acas_constants.hpp", *constants)  # last: the build waits for this file


if __name__ == "__main__":
    main()
