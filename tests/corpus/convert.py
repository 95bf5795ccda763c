#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes of the corpus' dense networks what the tests read. Needs NumPy (Debian: python3-numpy) and
laminate. Promises, in the output directory, for each network of NETWORKS
  <name>_network.hpp   corpus::<name>, declared by laminate as the file has it, layer by layer
  <name>.safetensors   its parameters, named as PyTorch's nn.Sequential names them
  <name>.inputs.npy    float32 [rows, inputs]
  <name>.outputs.npy   float64 [rows, outputs], computed in double precision
  <name>.error.npy     float64 [1], how far a float32 evaluation by NumPy is off at most
and mnist.images.npy, mnist.labels.npy (uint8), the files of datasets/ unpacked, and
acas_constants.hpp, an ACAS Xu network as constants; or a message and the exit code 1.

usage: convert.py <laminate> <corpus> <output directory>
"""

import gzip
import json
import pathlib
import struct
import subprocess
import sys

import numpy as np

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


def convert(laminate, item, output):
    """Lets laminate declare the network; returns its parameters and vectors."""
    name = item.name
    done = subprocess.run([laminate, "generate", item / "model.onnx", "--dsl", "--no-optimize",
                           "--name", name, "--namespace", "corpus", "--output", output],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    vectors = json.loads((item / "meta.json").read_text())["vectors"]
    samples = vectors["inputs"][0]["shape"][0]
    inputs = np.load(item / "inputs.npy").astype("<f4")
    outputs = np.load(item / "outputs.npy").astype("<f8")
    if name == "rtneural_dense":  # one sample of many rows
        samples = inputs.size
    np.save(output / f"{name}.inputs.npy", inputs.reshape(samples, -1))
    np.save(output / f"{name}.outputs.npy", outputs.reshape(samples, -1))
    np.save(output / f"{name}.error.npy",
            np.array([vectors["outputs"][0]["f32_numpy_max_abs_err"]], dtype="<f8"))
    return inputs.reshape(samples, -1), outputs.reshape(samples, -1)


def parameters_of(path):
    """All numbers of a safetensors file, in its order."""
    data = path.read_bytes()
    return np.frombuffer(data, "<f4", offset=8 + struct.unpack("<Q", data[:8])[0])


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


def write_constants(path, parameters, inputs, outputs):
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
        + array("parameters", parameters)
        + array("input", inputs[clearest])
        + f"inline constexpr std::size_t largest_output = {int(np.argmax(outputs[clearest]))};\n\n"
        "}  // namespace acas_constants\n")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    laminate, corpus, output = map(pathlib.Path, sys.argv[1:])
    output.mkdir(parents=True, exist_ok=True)
    vectors = {name: convert(laminate, corpus / "real" / name, output) for name in NETWORKS}
    convert_mnist(corpus / "datasets" / "mnist_t10k_0_7000", output)
    unpack(corpus / "datasets", output)
    write_constants(output / "acas_constants.hpp",  # last: the build waits for this file
                    parameters_of(output / "acasxu_1_1.safetensors"), *vectors["acasxu_1_1"])


if __name__ == "__main__":
    main()
