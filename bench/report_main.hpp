// SPDX-License-Identifier: MIT
#pragma once

// The main function of the benchmark programs. Needs Google Benchmark. Promises medians over
// repetitions in random order unless the command line says otherwise, and the compiler, its flags
// and the instruction set in the report.

#include <laminate/pack/xsimd.hpp>

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace bench {

inline int run(int argc, char** argv) {
    // The program's own defaults come first: the last of two equal options counts.
    std::vector<std::string> defaults = {
        argv[0], "--benchmark_repetitions=3", "--benchmark_min_time=0.02",
        "--benchmark_report_aggregates_only=true", "--benchmark_enable_random_interleaving=true"};
    std::vector<char*> arguments;
    for (std::string& option : defaults)
        arguments.push_back(option.data());
    arguments.insert(arguments.end(), argv + 1, argv + argc);
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
#if defined(__clang__)
    benchmark::AddCustomContext("compiler", __VERSION__);
#else
    benchmark::AddCustomContext("compiler", "GCC " __VERSION__);
#endif
    benchmark::AddCustomContext("flags", LAMINATE_BENCH_FLAGS);
    benchmark::AddCustomContext("lanes", std::to_string(laminate::pack::xsimd::lanes));
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

} // namespace bench
