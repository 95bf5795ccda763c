#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Networks with branches as PyTorch's exporter writes them, at several opsets, with their outputs in
double: one folder each, as tests/tool/three_ways.py reads them, and the list items.txt.

usage: export.py        (needs PyTorch; made with 1.13. The files are in the repository: CI reads them only)
"""
import pathlib

import numpy as np
import torch
from torch import nn

OPSETS = [11, 14, 17]
SAMPLES = 8
HERE = pathlib.Path(__file__).resolve().parent


class ActorCritic(nn.Module):
    """A policy's mean and deviation, and the state's value."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(12, 24), nn.Tanh(), nn.Linear(24, 16), nn.Tanh())
        self.mean, self.log_std, self.value = nn.Linear(16, 3), nn.Linear(16, 3), nn.Linear(16, 1)

    def forward(self, observation):
        x = self.body(observation)
        return torch.tanh(self.mean(x)), self.log_std(x).clamp(-5.0, 2.0).exp(), self.value(x)


class Dueling(nn.Module):
    """The value and the advantages less their mean."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 20), nn.ReLU())
        self.value = nn.Sequential(nn.Linear(20, 10), nn.ReLU(), nn.Linear(10, 1))
        self.advantage = nn.Sequential(nn.Linear(20, 10), nn.ReLU(), nn.Linear(10, 5))

    def forward(self, state):
        x = self.body(state)
        a = self.advantage(x)
        return self.value(x) + a - a.mean(dim=1, keepdim=True)


class Block(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.inner = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

    def forward(self, x):
        return x + self.inner(self.norm(x))


class ResidualMlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.all = nn.Sequential(nn.Linear(9, 16), Block(16, 24), Block(16, 24), nn.LayerNorm(16),
                                 nn.Linear(16, 4))

    def forward(self, x):
        return self.all(x)


class Gates(nn.Module):
    """TabNet's feature transformer: gated linear units, halves of a layer, scaled sums."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(i, 24, bias=False) for i in (10, 12, 12)])
        self.norms = nn.ModuleList([nn.BatchNorm1d(24) for _ in range(3)])
        self.last = nn.Linear(12, 2)

    def gated(self, k, x):
        return nn.functional.glu(self.norms[k](self.layers[k](x)), dim=1)

    def forward(self, x):
        x = self.gated(0, x)
        for k in (1, 2):
            x = (x + self.gated(k, x)) * 0.5 ** 0.5
        return torch.softmax(self.last(torch.relu(x)), dim=-1)


class TwoTowers(nn.Module):
    """One set of parameters in two places; the cosine of what they make of both inputs."""

    def __init__(self):
        super().__init__()
        self.tower = nn.Sequential(nn.Linear(7, 16), nn.ReLU(), nn.Linear(16, 6))

    def forward(self, query, item):
        a, b = self.tower(query), self.tower(item)
        a = a / a.norm(dim=1, keepdim=True)
        b = b / b.norm(dim=1, keepdim=True)
        return (a * b).sum(dim=1, keepdim=True)


class MotionHead(nn.Module):
    """Several sensors side by side, Mish, several outputs."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(5 + 4 + 3, 32), nn.Mish(), nn.Linear(32, 24), nn.Mish())
        self.heads = nn.ModuleList([nn.Linear(24, n) for n in (4, 3, 1)])

    def forward(self, joints, gravity, command):
        x = self.body(torch.cat([joints, gravity, command], dim=-1))
        return tuple(head(x) for head in self.heads)


class TwoBranches(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Sequential(nn.Linear(6, 10), nn.ELU())
        self.right = nn.Sequential(nn.Linear(6, 7), nn.Sigmoid(), nn.Linear(7, 10))
        self.last = nn.Linear(20, 3)

    def forward(self, x):
        return self.last(torch.cat([self.left(x), self.right(x)], dim=1))


class SelfAttention(nn.Module):
    """The rows of a picture as a sequence of 28 steps: attention by four heads, written out, then a layer
    of the transformer's other half."""

    def __init__(self, width=16, heads=4):
        super().__init__()
        self.width, self.heads = width, heads
        self.embed = nn.Linear(28, width)
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(2)])
        self.all, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner = nn.Sequential(nn.Linear(width, 32), nn.GELU(), nn.Linear(32, width))
        self.last = nn.Linear(width, 10)

    def attend(self, x):
        q, k, v = (self.all(x).reshape(-1, 28, 3, self.heads, self.width // self.heads)
                   .permute(2, 0, 3, 1, 4))
        shares = torch.softmax(q @ k.transpose(-2, -1) * (self.width // self.heads) ** -0.5, dim=-1)
        return self.out((shares @ v).transpose(1, 2).reshape(-1, 28, self.width))

    def forward(self, picture):
        x = self.embed(picture.reshape(-1, 28, 28))
        x = x + self.attend(self.norms[0](x))
        x = x + self.inner(self.norms[1](x))
        return torch.log_softmax(self.last(x.mean(dim=1)), dim=-1)


class MultiheadAttention(nn.Module):
    """PyTorch's own, of a window of ten steps."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(12, 3, batch_first=True)
        self.last = nn.Linear(120, 2)

    def forward(self, x):
        x = x.reshape(-1, 10, 12)
        return self.last((x + self.attention(x, x, x, need_weights=False)[0]).flatten(1))


class Rewritten(nn.Module):
    """Units chosen and written over by constant indices, in each row."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(10, 12), nn.Linear(12, 3)
        for name, at in {"order": [7, 1, 7, 4, 0, 11], "chosen": [[2, 2, 9, 5]], "places": [[8, 0, 3, 6]],
                         "copied": [1, 10, 4], "filled": [2, 5]}.items():
            self.register_buffer(name, torch.tensor(at))

    def forward(self, x):
        x = torch.tanh(self.first(x))
        some = x[:, self.order]
        gathered = torch.gather(x, 1, self.chosen.expand(x.shape[0], -1))
        x = x.scatter(1, self.places.expand(x.shape[0], -1), torch.exp(gathered))
        x = x.index_copy(1, self.copied, some[:, :3] * some[:, 3:])
        x = x.index_fill(1, self.filled, 0.5)
        return self.last(torch.relu(x)), x


class InPlace(nn.Module):
    """Units of each row are assigned."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(6, 8), nn.Linear(8, 2)

    def forward(self, x):
        x = torch.tanh(self.first(x))
        y = x.clone()
        y[:, 2:5] = torch.exp(x[:, :3])
        y[:, 7] = 0.25
        return self.last(y), y


class WrittenOver(nn.Module):
    """A table of one row: some of its rows, then single numbers, are written over."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(6, 12), nn.Linear(12, 2)

    def forward(self, x):
        x = torch.sigmoid(self.first(x)).reshape(4, 3)
        y = x.clone()
        y[torch.tensor([2, 0])] = torch.tanh(x[1:3])
        y[torch.tensor([1, 3]), torch.tensor([0, 2])] = x[0, :2]
        return self.last(y.reshape(1, 12)), y.reshape(1, 12)


class Normed(nn.Module):
    """Norms along a sequence's steps and across them, LayerNorm and RMSNorm."""

    def __init__(self):
        super().__init__()
        self.embed, self.last = nn.Linear(16, 24), nn.Linear(24, 2)
        self.norm = nn.LayerNorm(24)
        self.scale = nn.Parameter(torch.linspace(0.5, 1.5, 24))

    def forward(self, x):
        x = self.norm(self.embed(x.reshape(-1, 12, 16)))
        x = x + torch.tanh(x)
        x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.scale
        return self.last(x.mean(dim=1))


NETWORKS = {
    "actor_critic": (ActorCritic, [12]),
    "dueling": (Dueling, [8]),
    "residual_mlp": (ResidualMlp, [9]),
    "gates": (Gates, [10]),
    "two_towers": (TwoTowers, [7, 7]),
    "motion_head": (MotionHead, [5, 4, 3]),
    "two_branches": (TwoBranches, [6]),
    "self_attention": (SelfAttention, [784]),
    "multihead_attention": (MultiheadAttention, [120]),
    "rewritten": (Rewritten, [10]),
    "in_place": (InPlace, [6]),
    "written_over": (WrittenOver, [6]),
    "normed": (Normed, [192]),
}
OF_ONE_ROW = {"written_over"}


def save(folder, kind, arrays):
    for k, array in enumerate(arrays):
        name = f"{kind}s.npy" if len(arrays) == 1 else f"{kind}s_{k}.npy"
        np.save(folder / name, array[:, None, :])  # samples of one row each


def outputs(model, inputs, one_by_one):
    if one_by_one:
        rows = [outputs(model, [x[k:k + 1] for x in inputs], False) for k in range(SAMPLES)]
        return tuple(torch.cat(of_row) for of_row in zip(*rows))
    made = model(*inputs)
    return made if isinstance(made, tuple) else (made,)


def main():
    items = []
    for name, (network, widths) in NETWORKS.items():
        torch.manual_seed(len(items))
        model = network().eval()
        for module in model.modules():
            if isinstance(module, nn.BatchNorm1d):
                nn.init.uniform_(module.running_mean, -1.0, 1.0)
                nn.init.uniform_(module.running_var, 0.5, 2.0)
        inputs = [torch.randn(SAMPLES, width) for width in widths]
        for opset in OPSETS:
            item = f"{name}_{opset}"
            folder = HERE / item
            folder.mkdir(exist_ok=True)
            model.float()
            names = [f"in_{k}" for k in range(len(inputs))]
            torch.onnx.export(model, tuple(x[:1] for x in inputs), str(folder / "model.onnx"),
                              opset_version=opset, input_names=names,
                              dynamic_axes={} if name in OF_ONE_ROW else {n: {0: "batch"} for n in names})
            exact = outputs(model.double(), [x.double() for x in inputs], name in OF_ONE_ROW)
            save(folder, "input", [x.numpy() for x in inputs])
            save(folder, "output", [y.detach().numpy() for y in exact])
            items.append(item)
    (HERE / "items.txt").write_text("".join(f"{item}\timported\n" for item in items))


main()
