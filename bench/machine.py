# SPDX-License-Identifier: MIT
"""Which processor this is, what it can do, and which kernels of OpenBLAS are made for that.

Reads Linux's /proc/cpuinfo; elsewhere less is known. $LAMINATE_BENCH_PROCESSOR names a processor that
doesn't say what it is.
"""

import os
import pathlib
import platform
import re

# Families of AMD: the first model of each run of equal ones.
AMD = {
    23: [(0x00, "Zen"), (0x30, "Zen 2")],
    25: [(0x00, "Zen 3"), (0x10, "Zen 4"), (0x20, "Zen 3"), (0x60, "Zen 4")],
    26: [(0x00, "Zen 5"), (0x50, "Zen 6"), (0x60, "Zen 5"), (0x80, "Zen 6")],
}
# Models of Intel's family 6.
INTEL = {
    "Haswell": (0x3c, 0x3f, 0x45, 0x46), "Broadwell": (0x3d, 0x47, 0x4f, 0x56),
    "Skylake": (0x4e, 0x5e, 0x8e, 0x9e), "Skylake-SP": (0x55,), "Ice Lake": (0x6a, 0x6c, 0x7d, 0x7e),
    "Tiger Lake": (0x8c, 0x8d), "Alder Lake": (0x97, 0x9a), "Raptor Lake": (0xb7, 0xba, 0xbf),
    "Sapphire Rapids": (0x8f,), "Emerald Rapids": (0xcf,), "Granite Rapids": (0xad, 0xae),
}
# The kernels of OpenBLAS for an instruction set, of which the first exist in every build that
# chooses while it runs.
OPENBLAS_CORES = {
    "AVX-512": ("SkylakeX", "Cooperlake", "SapphireRapids"),
    "AVX2": ("Haswell", "Zen"),
}


def cpuinfo():
    """What /proc/cpuinfo says of the first core, as {key: value}."""
    try:
        first = pathlib.Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        return {}
    return dict(map(str.strip, line.split(":", 1)) for line in first.splitlines() if ":" in line)


def microarchitecture(info):
    """Such as 'Zen 5', or nothing."""
    try:
        family, model = int(info["cpu family"]), int(info["model"])
    except (KeyError, ValueError):
        return ""
    if info.get("vendor_id") == "AuthenticAMD":
        return next((name for first, name in reversed(AMD.get(family, [])) if model >= first), "")
    if info.get("vendor_id") == "GenuineIntel" and family == 6:
        return next((name for name, models in INTEL.items() if model in models), "")
    return ""


def processor(info=None):
    """Such as 'AMD EPYC (Zen 5)', the same for every core and machine of its kind."""
    if named := os.environ.get("LAMINATE_BENCH_PROCESSOR"):
        return named
    info = cpuinfo() if info is None else info
    name = info.get("model name") or platform.processor() or platform.machine()
    name = re.sub(r"\((R|TM|r|tm)\)| CPU\b| @.*| \d+-Core| Processor", "", name).strip()
    kind = microarchitecture(info)
    return f"{name} ({kind})" if kind else name


def slug(name):
    """A processor's name as that of a file and of a mark in a page."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def instruction_set(info=None):
    """'AVX-512', 'AVX2' (with FMA) or nothing: what OpenBLAS has kernels for."""
    flags = set((cpuinfo() if info is None else info).get("flags", "").split())
    if {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"} <= flags:
        return "AVX-512"
    return "AVX2" if {"avx2", "fma"} <= flags else ""


def peers_environment(environment=None, info=None):
    """One thread for every peer, and OpenBLAS's kernels for what the processor can do, whoever made
    it: OpenBLAS goes by names, and takes those it doesn't know for less. The caller's own
    OPENBLAS_CORETYPE counts."""
    environment = dict(os.environ if environment is None else environment)
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    if cores := OPENBLAS_CORES.get(instruction_set(info)):
        environment.setdefault("OPENBLAS_CORETYPE", cores[0])
    return environment


def unfair_to_openblas(version, machine):
    """Why a comparison with OpenBLAS is unfair, or nothing: `version` ends in the kernels that it
    says it uses, `machine` is the instruction set of the processor."""
    _, _, kernels = version.partition(" with kernels for ")
    fair = OPENBLAS_CORES.get(machine, ())
    if not kernels or not fair or kernels.lower() in map(str.lower, fair):
        return ""
    return (f"The comparison with OpenBLAS is unfair: it uses its kernels for {kernels}, and the "
            f"processor has {machine}, for which it has others ({', '.join(fair)}). "
            "Its build or OPENBLAS_CORETYPE decides that.")
