#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What PyTorch learns of MNIST with the network, rows and recipe of `learning lenet`, images as they are.

usage: pytorch_peers.py FOLDER [seeds]

FOLDER has images-idx3-ubyte and labels-idx1-ubyte. Needs PyTorch and NumPy. Starting weights are those
that PyTorch has by default, AdamW decays weights and biases alike, as it does by default.
"""
import math
import sys
import time

import numpy
import torch

EPOCHS, BATCH = 20, 64


def read(folder):
    with open(folder + "/images-idx3-ubyte", "rb") as file:
        images = numpy.frombuffer(file.read()[16:], numpy.uint8).reshape(-1, 1, 28, 28)
    with open(folder + "/labels-idx1-ubyte", "rb") as file:
        labels = numpy.frombuffer(file.read()[8:], numpy.uint8)
    x = torch.from_numpy(images.astype(numpy.float32) / 255)
    y = torch.from_numpy(labels.astype(numpy.int64))
    tests = numpy.arange(len(labels)) % 7 == 6
    return x[~tests], y[~tests], x[tests], y[tests]


def learn(x, y, tests, test_labels, seed):
    torch.manual_seed(seed)
    nn = torch.nn
    net = nn.Sequential(
        nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 5), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(512, 128), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(128, 10))
    adam = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.1)
    for epoch in range(EPOCHS):
        adam.param_groups[0]["lr"] = 2e-3 * (1 + math.cos(math.pi * epoch / EPOCHS)) / 2
        for rows in torch.randperm(len(y)).split(BATCH):
            adam.zero_grad()
            nn.functional.cross_entropy(net(x[rows]), y[rows]).backward()
            adam.step()
    net.eval()
    with torch.no_grad():
        return (net(tests).argmax(1) == test_labels).double().mean().item()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    torch.set_num_threads(1)
    data = read(sys.argv[1])
    began = time.time()
    seeds = int(sys.argv[2]) if len(sys.argv) == 3 else 5
    found = [learn(*data, seed) for seed in range(1, seeds + 1)]
    print(f"PyTorch {torch.__version__}: mean {sum(found) / seeds:.4f}, each",
          *(f"{a:.4f}" for a in found), f", {(time.time() - began) / seeds:.1f} s each")


if __name__ == "__main__":
    main()
