#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second, independent implementation of safetensors, for the tests: struct and json alone.

    safetensors_reference.py read FILE     prints metadata and tensors, one per line
    safetensors_reference.py write FILE    writes the file that safetensors_test.cpp expects
    safetensors_reference.py seeds DIR     writes the seeds of the fuzz target
"""
import json
import os
import struct
import sys

CODES = {"F16": "e", "F32": "f", "F64": "d", "U8": "B", "I64": "q"}


def pack(tensors, metadata=None, indent=None):
    """tensors: (name, dtype, shape, bytes) in the order of the data."""
    header, data = {}, b""
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, dtype, shape, content in tensors:
        header[name] = {"dtype": dtype, "shape": shape,
                        "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header, indent=indent).encode("ascii")
    return struct.pack("<Q", len(text)) + text + data


def values(dtype, *numbers):
    return struct.pack("<%d%s" % (len(numbers), CODES[dtype]), *numbers)


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8:8 + length].decode("utf-8"))
    assert length % 8 == 0, "the data is aligned"
    print("__metadata__", json.dumps(header.pop("__metadata__", {})))
    reached = 0
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        assert begin == reached, "no holes"
        reached = end
        data = content[8 + length + begin:8 + length + end]
        numbers = struct.unpack("<%d%s" % (len(data) // 4, CODES[entry["dtype"]]), data)
        print(*[json.dumps(name), entry["dtype"], entry["shape"]] + [repr(n) for n in numbers])
    assert reached == len(content) - 8 - length, "no trailing bytes"


def write(path):
    # Exact in binary16, so that every type stands for the same numbers.
    numbers = [0.0, -1.0, 0.5, 65504.0, -0.0, 0.0999755859375]
    tensors = [(name, dtype, [3, 2], values(dtype, *numbers)) for name, dtype in
               [("half", "F16"), ("single", "F32"), ("double", "F64"),
                ("escaped \u20ac \"/\"", "F32")]]
    tensors.append(("brain", "BF16", [2], struct.pack("<2H", 0x3F80, 0xC049)))
    with open(path, "wb") as file:
        file.write(pack(tensors, {"format": "pt", "\u00e9": "\U0001f600"}, indent=1))


def seeds(directory):
    files = {
        "empty": pack([]),
        "dense": pack([("0.weight", "F32", [2, 2], values("F32", 1, 2, 3, 4)),
                       ("0.bias", "F32", [2], values("F32", 5, 6))], {"format": "pt"}),
        "types": pack([("h", "F16", [1], values("F16", 1)), ("d", "F64", [1], values("F64", 1e300)),
                       ("b", "BF16", [], b"\x80\x3f"), ("n", "I64", [1, 0], b""),
                       ("u", "U8", [1], b"x"), ("f", "F4", [2], b"x")]),
        "escapes": pack([("\u00e9\U0001f600\"\\\n", "F32", [], values("F32", 1))], {}, indent=1),
        "overlap": pack([("a", "F32", [1], b"1234")]).replace(b"}}", b"},\"b\":{}}"),
    }
    for name, content in files.items():
        with open(os.path.join(directory, name + ".safetensors"), "wb") as file:
            file.write(content)


{"read": read, "write": write, "seeds": seeds}[sys.argv[1]](sys.argv[2])
