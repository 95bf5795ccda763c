#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of the scripts that run benchmarks and keep their figures. Needs Python's standard library
and measures nothing: the programs it runs stand in for those of Google Benchmark."""

import contextlib
import io
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from unittest import mock
from xml.dom import minidom

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# pylint: disable=wrong-import-position
import latency
import machine
import pages
import performance
import plot
import report

ZEN_3 = {"vendor_id": "AuthenticAMD", "cpu family": "25", "model": "1", "model name": "AMD EPYC",
         "flags": "fpu avx avx2 fma"}
AVX512 = "avx avx2 fma avx512f avx512cd avx512bw avx512dq avx512vl"
ZEN_5 = ZEN_3 | {"cpu family": "26", "model": "2", "flags": AVX512}
EMERALD_RAPIDS = {"vendor_id": "GenuineIntel", "cpu family": "6", "model": "207", "flags": AVX512,
                  "model name": "INTEL(R) XEON(R) PLATINUM 8581C CPU @ 2.10GHz"}

# Google Benchmark, as far as report.py needs it: what no filter wants leaves an empty file behind.
STAND_IN = '''\
#!{python}
import json, os, re, sys
options = dict(word.split("=", 1) for word in sys.argv[1:] if "=" in word)
names = [name for name in {names} if re.search(options.get("--benchmark_filter", "."), name)]
with open(options["--benchmark_out"], "w") as out:
    if names:
        json.dump({{"context": {{"executable": sys.argv[0], "load_avg": [0.5], "compiler": "GCC 12.2.0",
                                "flags": "-O3", "lanes": "8", "absent": "", "fma_peak": "80",
                                "peer_OpenBLAS": "0.3 with kernels for "
                                                 + os.environ.get("OPENBLAS_CORETYPE", "Prescott")}},
                   "benchmarks": [{{"run_type": "iteration", "run_name": name, "family_index": index,
                                   "cpu_time": 10.0 + index, "ns_per_row": 10.0 + index,
                                   "share": 0.5, "limit": 80.0, "limit_ns": 5.0, "gflops": 40.0,
                                   "flop_per_byte": 2.0}}
                                  for index, name in enumerate(names)]}}, out)
with open(sys.argv[0] + ".runs", "a") as runs:
    runs.write("once\\n")
'''


def stand_in(path, names):
    """A program that has benchmarks of these names."""
    path.write_text(STAND_IN.format(python=sys.executable, names=names))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def a_run(processor, compiler="GCC 12.2.0", ns=10.0, program="network_bench", forms=None):
    """What report.py keeps of a program."""
    forms = {"fused": 1.0, "unfused": 1.5, "Eigen": 2.0, "oneDNN": 3.0,
             "OpenBLAS": 4.0} if forms is None else forms
    cases = ["policy/1", "digits/1024"] if program == "network_bench" else ["zeros_0/1", "zeros_90/1"]
    figures = {f"{case}/{form}": {"ns_per_row": ns * times, "share": 0.5, "limit": 80.0,
                                  "limit_ns": ns / 2, "gflops": 40.0, "flop_per_byte": 2.0,
                                  "spread": "1.0 %"}
               for case in cases for form, times in forms.items()}
    return {"program": program, "processor": processor, "instruction_set": "AVX2",
            "system": "Linux x86_64", "date": "2026-01-02", "command": f"bench/report.py {program}",
            "load": 0.1, "processes": 5, "seconds": 600,
            "context": {"compiler": compiler, "flags": "-O3", "lanes": "8", "fma_peak": "80",
                        "bandwidth_L1": "200", "absent": "",
                        "peer_OpenBLAS": "0.3.21 with kernels for Zen"},
            "cannot": {}, "results": figures}


class Machine(unittest.TestCase):
    def test_processors_have_names(self):
        self.assertEqual(machine.processor(ZEN_3), "AMD EPYC (Zen 3)")
        self.assertEqual(machine.processor(ZEN_5), "AMD EPYC (Zen 5)")
        self.assertEqual(machine.processor(ZEN_3 | {"model": "17"}), "AMD EPYC (Zen 4)")
        self.assertEqual(machine.processor(EMERALD_RAPIDS),
                         "INTEL XEON PLATINUM 8581C (Emerald Rapids)")
        self.assertEqual(machine.processor(ZEN_3 | {"cpu family": "99"}), "AMD EPYC")
        self.assertEqual(machine.slug("AMD EPYC (Zen 3)"), "amd-epyc-zen-3")
        with mock.patch.dict(os.environ, LAMINATE_BENCH_PROCESSOR="Cortex-A76"):
            self.assertEqual(machine.processor({}), "Cortex-A76")

    def test_openblas_goes_by_the_instruction_set(self):
        def core(info, **environment):
            return machine.peers_environment(environment, info).get("OPENBLAS_CORETYPE")
        self.assertEqual(core(ZEN_5), "SkylakeX")
        self.assertEqual(core(EMERALD_RAPIDS), "SkylakeX")
        self.assertEqual(core(ZEN_3), "Haswell")
        self.assertEqual(core(ZEN_3 | {"flags": "sse2"}), None)
        # A Xeon Phi has AVX-512, but not what these kernels need of it.
        self.assertEqual(core(ZEN_5 | {"flags": "avx2 fma avx512f avx512cd"}), "Haswell")
        self.assertEqual(core(ZEN_5, OPENBLAS_CORETYPE="Cooperlake"), "Cooperlake")

    def test_peers_have_one_thread_and_the_rest_of_the_environment(self):
        found = machine.peers_environment({"OPENBLAS_NUM_THREADS": "4", "OPENBLAS_VERBOSE": "2"}, ZEN_3)
        self.assertEqual(found, {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
                                 "OPENBLAS_VERBOSE": "2", "OPENBLAS_CORETYPE": "Haswell"})

    def test_other_kernels_are_unfair(self):
        def unfair(kernels, has):
            return machine.unfair_to_openblas(f"0.3.21 with kernels for {kernels}", has)
        self.assertIn("unfair: it uses its kernels for Haswell, and the processor has AVX-512",
                      unfair("Haswell", "AVX-512"))
        self.assertIn("Prescott", unfair("Prescott", "AVX2"))
        for kernels, has in [("SkylakeX", "AVX-512"), ("SapphireRapids", "AVX-512"), ("Zen", "AVX2"),
                             ("Haswell", "AVX2"), ("neoversen1", "")]:
            self.assertEqual(unfair(kernels, has), "")
        self.assertEqual(machine.unfair_to_openblas("", "AVX2"), "")


class Report(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def program(self, name, names):
        return str(stand_in(self.folder / name, names))

    def report(self, *words):
        """The exit's words, what was said meanwhile, the report and the figures."""
        arguments = ["report.py", "--any-core", "--output", str(self.folder / "report.md"), "--json",
                     str(self.folder / "report.json"), *words]
        said, why = io.StringIO(), None
        with mock.patch.object(sys, "argv", arguments), contextlib.redirect_stderr(said), \
                mock.patch.object(machine, "cpuinfo", lambda: ZEN_5):
            try:
                report.main()
            except SystemExit as ended:
                why = ended.code
                return why, said.getvalue(), "", []
        return (why, said.getvalue(), (self.folder / "report.md").read_text(),
                json.loads((self.folder / "report.json").read_text()))

    def test_a_filter_that_one_program_does_not_match(self):
        networks = self.program("network_bench", ["field/1/fused", "field/1/Eigen", "wide/1/fused"])
        zeros = self.program("zeros_bench", ["zeros_0/1/fused"])
        why, said, text, runs = self.report("--processes", "2", zeros, networks, "--",
                                            "--benchmark_filter=field")
        self.assertIsNone(why)
        self.assertEqual([run["program"] for run in runs], ["network_bench"])
        self.assertEqual(list(runs[0]["results"]), ["field/1/fused", "field/1/Eigen"])
        self.assertNotIn("zeros_bench", text)
        self.assertIn("zeros_bench: none of its benchmarks is wanted", said)
        # It is asked once, and not in every process.
        self.assertEqual(pathlib.Path(zeros + ".runs").read_text(), "once\n")
        self.assertEqual(pathlib.Path(networks + ".runs").read_text(), "once\nonce\n")
        plot.write_all(runs, self.folder / "plots")
        self.assertEqual([path.name for path in sorted((self.folder / "plots").iterdir())],
                         ["peers.svg", "roofline.svg"])

    def test_a_filter_that_no_program_matches(self):
        why, _, _, _ = self.report(self.program("network_bench", ["wide/1/fused"]), "--",
                                   "--benchmark_filter=narrow")
        self.assertEqual(why, "report.py: nothing was measured: no benchmark of network_bench is wanted "
                              "by --benchmark_filter=narrow")

    def test_a_filter_for_some_forms(self):
        names = ["field/1/fused", "field/1/unfused", "field/1/Eigen"]
        networks = self.program("network_bench", names)
        for wanted, words in [("fused", "No peer was measured beside Laminate."),
                              ("/unfused", "No peer was measured beside Laminate."),
                              ("Eigen", "No peer was measured beside Laminate."),
                              (".", "No peer is faster in any row.")]:
            why, _, text, runs = self.report("--processes", "1", networks, "--",
                                             f"--benchmark_filter={wanted}")
            self.assertIsNone(why)
            self.assertIn(words, text)
            plot.write_all(runs, self.folder / "plots")

    def test_a_chain_is_no_peer(self):
        forms = {form: {"ns_per_row": ns} for form, ns in [("fused", 2.0), ("chain", 1.0), ("oneDNN", 3.0)]}
        self.assertEqual(report.faster_peers({("residual", 1): forms}), "No peer is faster in any row.")

    def test_the_report_prints_the_kernels_and_calls_others_unfair(self):
        networks = self.program("network_bench", ["field/1/fused", "field/1/OpenBLAS"])
        with mock.patch.dict(os.environ):
            os.environ.pop("OPENBLAS_CORETYPE", None)
            _, _, text, _ = self.report("--processes", "1", networks)
        self.assertIn("OpenBLAS 0.3 with kernels for SkylakeX", text)
        self.assertNotIn("unfair", text)
        with mock.patch.dict(os.environ, OPENBLAS_CORETYPE="Haswell"):
            _, _, text, _ = self.report("--processes", "1", networks)
        self.assertIn("OpenBLAS 0.3 with kernels for Haswell", text)
        self.assertIn("The comparison with OpenBLAS is unfair", text)

    def test_it_says_how_long_it_takes(self):
        progress = report.Progress(["a", "b", "a", "b"], 2)
        with contextlib.redirect_stderr(io.StringIO()) as said:
            progress.done("a", 60.0)
            self.assertEqual(progress.seconds_left(), 7 * 60.0)
            progress.done("a", 120.0)
            self.assertEqual(progress.seconds_left(), 2 * 90.0 + 4 * 90.0)
            progress.done("b", 10.0)
            self.assertEqual(progress.seconds_left(), 2 * 90.0 + 3 * 10.0)
            progress.nothing("b")
        self.assertIn("report.py: a: 60 s; about 7 min left\n", said.getvalue())
        self.assertIn("; 5 processes in 10 min.", report.write(a_run("A")))
        self.assertIn("; 1 process in 10 min.", report.write(a_run("A") | {"processes": 1}))


PAGE = """\
# Performance

<!-- side by side: begin -->
<!-- side by side: end -->

## B

<!-- b: begin -->
old
<!-- b: end -->

### What limits B

Prose.
"""
README = "# R\n\n<!-- figures: begin -->\n<!-- figures: end -->\n\nMore.\n"


class Performance(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.docs = pathlib.Path(folder.name) / "docs"
        (self.docs / "performance").mkdir(parents=True)
        (self.docs / "performance.md").write_text(PAGE)
        (self.docs.parent / "README.md").write_text(README)

    def measured(self, *runs):
        """As bench/run --docs does after measuring."""
        figures = self.docs.parent / "figures.json"
        figures.write_text(json.dumps(runs))
        with mock.patch.object(sys, "argv", ["performance.py", str(figures), str(self.docs)]):
            performance.main()
        return (self.docs / "performance.md").read_text(), (self.docs.parent / "README.md").read_text()

    def test_processors_stand_side_by_side(self):
        page, _ = self.measured(a_run("B", ns=10.0))
        before = page[page.index("## B"):]
        kept = (self.docs / "performance/b.json").read_bytes()
        page, readme = self.measured(a_run("A", ns=20.0, forms={
            "fused": 1.0, "unfused": 1.2, "plain C": 7.0, "Eigen": 2.0, "libxsmm": 1.25}))
        # The other's section, prose and figures stay; the new one is behind it.
        self.assertIn(before.strip(), page)
        self.assertEqual((self.docs / "performance/b.json").read_bytes(), kept)
        self.assertLess(page.index("## B"), page.index("## A\n"))
        self.assertIn("| policy | 1 | 10 ns | 50 % | not measured | 2.00 | 3.00 (oneDNN) "
                      "| 20 ns | 50 % | 7.00 | 2.00 | 1.25 (libxsmm) |", page)
        self.assertIn("| policy 24-64-64-4 tanh | 1 | 10 ns | not measured | 2.00 | 3.00 (oneDNN) "
                      "| 20 ns | 7.00 | 2.00 | 1.25 (libxsmm) |", readme)
        self.assertIn("B 1.50 times at the most (policy, 1 row)", readme)
        self.assertTrue(readme.endswith("\n\nMore.\n"))

    def test_measured_again(self):
        self.measured(a_run("B", ns=10.0), a_run("B", compiler="Clang 19", ns=11.0),
                      a_run("B", program="zeros_bench"))
        page, _ = self.measured(a_run("B", compiler="Clang 19.1", ns=12.0))
        runs = json.loads((self.docs / "performance/b.json").read_text())
        self.assertEqual([(run["program"], run["context"]["compiler"]) for run in runs],
                         [("network_bench", "GCC 12.2.0"), ("network_bench", "Clang 19.1"),
                          ("zeros_bench", "GCC 12.2.0")])
        self.assertIn("| policy | 1 | 12 ns", page)
        self.assertNotIn("11 ns", page)
        self.assertIn("### What limits B\n\nProse.", page)
        # What is written again from the files is the same.
        with mock.patch.object(sys, "argv", ["performance.py", str(self.docs)]):
            performance.main()
        self.assertEqual((self.docs / "performance.md").read_text(), page)

    def test_a_busy_machine_is_named(self):
        _, readme = self.measured(a_run("B") | {"load": 1.9})
        self.assertIn("GCC 12.2.0, 2026-01-02;", readme)
        _, readme = self.measured(a_run("B") | {"load": 2.5})
        self.assertIn("GCC 12.2.0, 2026-01-02, on a busy machine (load 2.5);", readme)

    def test_plots_name_their_processor_and_follow_the_dark(self):
        self.measured(a_run("B"), a_run("B", program="zeros_bench"))
        for name in ("peers", "roofline", "zeros"):
            text = (self.docs / f"images/b/{name}.svg").read_text()
            minidom.parseString(text)
            self.assertIn(">B, 2026-01-02</text>", text)
            self.assertIn("prefers-color-scheme: dark", text)

    def test_a_page_without_marks(self):
        with self.assertRaisesRegex(SystemExit, "no '<!-- x: begin -->'"):
            pages.replaced("text", "x", "body")

    def test_the_documentation_is_what_the_files_say(self):
        """Nothing between the marks of the real pages is written by hand."""
        docs = HERE.parent / "docs"
        names = sorted(path.name for path in (docs / "performance").iterdir())
        for name in names:
            (self.docs / "performance" / name).write_bytes((docs / "performance" / name).read_bytes())
        for page in ("docs/performance.md", "README.md"):
            (self.docs.parent / page).write_bytes((HERE.parent / page).read_bytes())
        performance.write_all(self.docs)
        for page in ("docs/performance.md", "README.md"):
            self.assertEqual((self.docs.parent / page).read_text(), (HERE.parent / page).read_text())
        for path in (self.docs / "images").rglob("*.svg"):
            kept = docs / path.relative_to(self.docs)
            self.assertEqual(path.read_text(), kept.read_text(), kept)


class Run(unittest.TestCase):
    """bench/run in a copy of its folder, with programs that are there already."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        shutil.copytree(HERE, self.root / "bench", ignore=shutil.ignore_patterns("__pycache__"))
        (self.root / "docs/performance").mkdir(parents=True)
        (self.root / "docs/performance.md").write_text(PAGE)
        (self.root / "README.md").write_text(README)
        (self.root / "cmake").write_text("#!/bin/sh\n")
        (self.root / "cmake").chmod(0o755)
        for preset in ("bench", "bench-clang"):
            built = self.root / "build" / preset / "bench"
            built.mkdir(parents=True)
            stand_in(built / "network_bench", ["field/1/fused", "field/1/unfused", "field/1/Eigen"])
            stand_in(built / "graph_bench", ["residual/1/fused", "residual/1/chain"])
            stand_in(built / "window_bench", ["lenet5/1/fused", "lenet5/1/oneDNN"])
            stand_in(built / "zeros_bench", ["zeros_0/1/fused", "zeros_0/1/Eigen"])
            stand_in(built / "activation_bench", ["tanh/laminate"])

    def run_with(self, *words):
        return subprocess.run([self.root / "bench/run", *words], capture_output=True, text=True,
                              cwd=self.root, env=os.environ | {
                                  "PATH": f"{self.root}:{os.environ['PATH']}",
                                  "LAMINATE_BENCH_CORE": str(min(os.sched_getaffinity(0))),
                                  "LAMINATE_BENCH_PROCESSES": "1", "LAMINATE_BENCH_PROCESSOR": "B"})

    def test_the_documented_filter(self):
        done = self.run_with("report.md", "--", "--benchmark_filter=field")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("| field | 1 | 10 ns |", (self.root / "report.md").read_text())
        self.assertTrue((self.root / "report-plots/peers.svg").exists())

    def test_docs_are_of_everything(self):
        done = self.run_with("--docs", "bench")
        self.assertEqual(done.returncode, 0, done.stderr)
        page = (self.root / "docs/performance.md").read_text()
        self.assertIn("### zeros_bench, GCC 12.2.0\n\nB, ", page)
        self.assertIn("### window_bench, GCC 12.2.0\n\nB, ", page)
        self.assertIn("| lenet5 | 1 | 10 ns |", page)
        self.assertNotIn("\nold\n", page)
        self.assertIn("| field 32-64-64-64-64-16 ReLU | 1 | 10 ns |", (self.root / "README.md").read_text())
        done = self.run_with("--docs", "--", "--benchmark_filter=field")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--docs measures everything", done.stderr)


class Latency(unittest.TestCase):
    SERIES = [{"network": "policy", "kind": kind, "calls": 4, "median": ns, "p99": ns, "p999": ns,
               "worst": 4 * ns, "per_call": per_call, "compiler": "GCC 12.2.0, `-O3`", "clock": 20.0, "clock_step": 0.41,
               "histogram": [[ns, 3], [4 * ns, 1]]}
              for kind, ns, per_call in [("independent", 100.0, 90.0), ("dependent", 110.0, 105.0),
                                         ("cold, from L3", 500.0, 0), ("cold, from memory", 3000.0, 0)]]

    def test_cold_calls_are_in_the_table(self):
        lines = latency.table(self.SERIES).splitlines()
        self.assertIn("| policy | independent | 4 | 100 ns | 100 ns | 100 ns | 400 ns | 90 ns |", lines)
        self.assertIn("| policy | cold, from memory | 4 | 3 µs | 3 µs | 3 µs | 12 µs |  |", lines)
        self.assertTrue(lines[-1].endswith("it advances in steps of 0.41 ns."))

    def test_the_plot(self):
        text = latency.plot(self.SERIES, "AMD EPYC (Zen 3), 2026-01-02")
        minidom.parseString(text)
        self.assertIn(">AMD EPYC (Zen 3), 2026-01-02</text>", text)
        self.assertIn("prefers-color-scheme: dark", text)
        self.assertIn("cold, from memory", text)

    def test_each_processor_has_its_section(self):
        with tempfile.TemporaryDirectory() as folder:
            docs = pathlib.Path(folder)
            (docs / "latency.md").write_text("# Latency\n\n## Z\n\n<!-- z: begin -->\nkept\n<!-- z: end -->\n")
            with mock.patch.dict(os.environ, LAMINATE_BENCH_PROCESSOR="Cortex-A76"):
                latency.write_docs(docs, self.SERIES, "Cortex-A76, 2026-01-02")
            text = (docs / "latency.md").read_text()
            self.assertIn("\nkept\n", text)
            self.assertIn("## Cortex-A76\n\n<!-- cortex-a76: begin -->\n\nCortex-A76, 2026-01-02; one core; "
                          "GCC 12.2.0, `-O3`.\n\n| network |", text)
            self.assertTrue((docs / "images/cortex-a76/latency.svg").exists())


if __name__ == "__main__":
    unittest.main()
