// SPDX-License-Identifier: MIT
#pragma once

// The figures of `laminate bench`, as values, text and a drawing. Times are nanoseconds.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace laminate::codegen {

// Single calls, by the clock: the median, and what one in a hundred and in a thousand exceeds (of
// fewer calls the slowest).
struct call_times {
    double median = 0.0, p99 = 0.0, p999 = 0.0;
    std::size_t calls = 0;
};

struct form_report {
    std::string name;                      // fused, unfused, plain loops
    call_times dependent;                  // each waits for the output before it
    call_times cold;                       // and finds no cache filled
    std::size_t row_bytes = 0;             // of memory beside the rows, for one row
    std::size_t batch_bytes = 0;           // and for the largest batch
    std::optional<std::size_t> code_bytes; // of its object file; unknown where that isn't ELF
};

// Calls with so many rows, back to back. The least that a row can take is what its multiply-adds
// take at the peak, or what the weights take to come from the cache that holds them.
struct rows_report {
    std::size_t rows = 1;
    std::array<double, 3> ns = {}; // a row; fused, unfused, plain loops
    double fma_gflops = 0.0, load_gbytes = 0.0;
    double by_fma = 0.0, by_load = 0.0;

    double limit() const { return by_fma > by_load ? by_fma : by_load; }
    double share(std::size_t form) const { return limit() / ns[form]; }
};

struct bench_report {
    std::string name; // of the network
    std::size_t inputs = 0, outputs = 0, parameters = 0, multiply_adds = 0, weight_bytes = 0;
    std::string processor;
    int core = -1; // the one that the program stayed on; -1 if it couldn't be told to
    std::string compiler;
    std::string flags;
    double had = 1.0;   // part of the time that the program had its core for
    double clock = 0.0; // of reading it, which is subtracted
    std::size_t evicted_bytes = 0;
    std::size_t compared_rows = 0;
    double difference = 0.0, bound = 0.0; // of plain loops from the reference, where nearest to it
    std::array<form_report, 3> forms;
    std::vector<rows_report> rows; // the first one is one row
};

// A screen of text with bars, 100 columns at most.
std::string bench_text(const bench_report& report);

// The same bars as SVG, for light and dark pages.
std::string bench_svg(const bench_report& report);

} // namespace laminate::codegen
