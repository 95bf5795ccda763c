// SPDX-License-Identifier: MIT
#pragma once

// Measures forms of one network side by side: a form is anything that is called as
// form(in, out, rows). Needs Google Benchmark. Promises a limit taken in the same moment as each
// time.

#include "limits.hpp"

#include <benchmark/benchmark.h>
#include <laminate/laminate.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace bench {

namespace lam = laminate;

// What is computed again and again: each call takes the next `rows` of the rows in `in`.
struct work {
    std::string name; // network/rows
    std::span<const float> in;
    std::span<float> out;
    std::size_t rows = 1;
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    double multiply_adds = 0.0;  // of one row
    double bytes = 0.0;          // of the parameters
    bool reuses_weights = false; // within a row
};

template <class Network>
work work_of(std::string name, std::span<const float> in, std::span<float> out, std::size_t rows) {
    constexpr auto& plan = lam::plan(Network{});
    return {name + "/" + std::to_string(rows),
            in,
            out,
            rows,
            plan.inputs(),
            plan.outputs(),
            static_cast<double>(plan.multiply_adds),
            static_cast<double>(plan.parameters * sizeof(float))};
}

// A model, or its unfused form, as a form.
template <class Model>
auto form_of(Model& model) {
    return [&model](const float* in, float* out, std::size_t rows) {
        constexpr std::size_t inputs = std::remove_cvref_t<Model>::inputs;
        constexpr std::size_t outputs = std::remove_cvref_t<Model>::outputs;
        if (rows == 1)
            model(std::span<const float, inputs>(in, inputs),
                  std::span<float, outputs>(out, outputs));
        else
            model.batch(std::span(in, rows * inputs), std::span(out, rows * outputs));
    };
}

// One row a call reads every weight for it, so bandwidth limits; what shares the weights, rows or
// positions of a map, is limited by multiply-adds.
inline void count(benchmark::State& state, const work& w) {
    using benchmark::Counter;
    const double done = static_cast<double>(w.rows) * static_cast<double>(state.iterations());
    const bool by_loads = w.rows == 1 && !w.reuses_weights;
    const double limit = by_loads ? load_bandwidth(static_cast<std::size_t>(w.bytes)) : fma_peak();
    const double limit_ns = (by_loads ? w.bytes : 2.0 * w.multiply_adds) / limit;
    state.counters["ns_per_row"] = Counter(done / 1e9, Counter::kIsRate | Counter::kInvert);
    state.counters["gflops"] = Counter(done * 2.0 * w.multiply_adds / 1e9, Counter::kIsRate);
    state.counters["limit"] = limit; // GB/s or GFLOP/s
    state.counters["limit_ns"] = limit_ns;
    if (!by_loads) state.counters["by_products"] = 1.0;
    state.counters["share"] = Counter(done / 1e9 * limit_ns, Counter::kIsRate);
    const auto rows = static_cast<double>(w.rows);
    const double moved =
        w.bytes + rows * static_cast<double>((w.inputs + w.outputs) * sizeof(float));
    state.counters["flop_per_byte"] = rows * 2.0 * w.multiply_adds / moved;
}

// Times `form` on all of the work in turn.
template <class Form>
void time_calls(benchmark::State& state, const work& w, Form& form) {
    float* to = w.out.data();
    pretend_to_use(to); // so that results are results
    std::size_t at = 0;
    for (auto _ : state) {
        form(w.in.data() + at, to, w.rows);
        benchmark::ClobberMemory();
        at += w.rows * w.inputs;
        if (at == w.in.size()) at = 0;
    }
    count(state, w);
}

template <class Form>
void add_form(const work& w, const std::string& name, Form form) {
    benchmark::RegisterBenchmark(
        (w.name + "/" + name).c_str(),
        [w, form](benchmark::State& state) mutable { time_calls(state, w, form); });
}

// The largest difference of two results, as a share of the largest value in its row.
inline double difference(std::span<const float> a, std::span<const float> b, std::size_t width) {
    double worst = 0.0;
    for (std::size_t row = 0; row < a.size(); row += width) {
        double scale = 0.0;
        double apart = 0.0;
        for (std::size_t i = row; i < row + width; ++i) {
            scale = std::max(scale, std::fabs(static_cast<double>(a[i])));
            apart = std::max(apart, std::fabs(static_cast<double>(a[i]) - b[i]));
        }
        // Written so that NaN counts as a difference.
        if (!(apart <= worst * scale)) worst = apart / std::max(scale, 1e-30);
    }
    return worst;
}

// Stops the program unless `form` gives what is in `expected`, row for row of w.in.
template <class Form>
double must_agree(const work& w, const char* name, Form& form, std::span<const float> expected) {
    constexpr double tolerance = 1e-4;
    std::vector<float> results(expected.size());
    for (std::size_t row = 0; row * w.outputs < results.size(); row += w.rows)
        form(w.in.data() + row * w.inputs, results.data() + row * w.outputs, w.rows);
    const double apart = difference(expected, results, w.outputs);
    if (apart <= tolerance) return apart;
    std::fprintf(stderr, "%s: %s differs by %g of the largest output; at most %g is accepted\n",
                 w.name.c_str(), name, apart, tolerance);
    std::exit(1);
}

} // namespace bench
