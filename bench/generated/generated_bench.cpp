// SPDX-License-Identifier: MIT
// Models against the standalone sources made of them, each behind a call: time per row in turns,
// medians, and the median of the ratios of neighbouring measurements, so that a drifting clock
// cancels out. Checks first that both give the same bits. Prints a Markdown table.

#include "../limits.hpp"
#include "../networks.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include "autoencoder.hpp"
#include "digits.hpp"
#include "field.hpp"
#include "policy.hpp"
#include "trigger.hpp"
#include "wide.hpp"

namespace {

constexpr std::size_t most_rows = 256;
constexpr std::size_t turns = 41;

double median(std::array<double, turns> values) {
    std::nth_element(values.begin(), values.begin() + turns / 2, values.end());
    return values[turns / 2];
}

// The nanoseconds of one of `calls` calls f(call).
template <class Function>
double time_of(std::size_t calls, const Function& f) {
    const double all = bench::nanoseconds([&] {
        for (std::size_t call = 0; call < calls; ++call) {
            f(call);
            asm volatile("" : : : "memory");
        }
    });
    return all / static_cast<double>(calls);
}

// A source's function can't be inlined into its caller, so neither is a model's here.
template <class Model>
[[gnu::noinline]] void call_row(const Model& model, const float* in, float* out) {
    model(std::span<const float, Model::inputs>(in, Model::inputs),
          std::span<float, Model::outputs>(out, Model::outputs));
}
template <class Model>
[[gnu::noinline]] void call_batch(const Model& model, const float* in, float* out,
                                  std::size_t rows) {
    model.batch(std::span(in, rows * Model::inputs), std::span(out, rows * Model::outputs));
}

template <class Network, class Row, class Batch>
void compare(Row infer, Batch infer_batch) {
    using model_type = laminate::model<Network>;
    constexpr std::size_t inputs = model_type::inputs;
    constexpr std::size_t outputs = model_type::outputs;
    const model_type model = bench::seeded_model<Network>();
    const std::vector<float> in = bench::seeded_rows(most_rows * inputs);
    std::vector<float> out(most_rows * outputs);
    std::vector<float> expected(most_rows * outputs);
    model.batch(in, expected);
    infer_batch(in.data(), out.data(), most_rows);
    if (bench::hash_bits(out) != bench::hash_bits(expected)) {
        std::fprintf(stderr, "%s: the source gives other bits than the model\n", Network::name);
        std::exit(1);
    }

    for (const std::size_t rows : {std::size_t{1}, std::size_t{64}, most_rows}) {
        const auto by_model = [&](std::size_t call) {
            if (rows == 1)
                call_row(model, &in[call % 16 * inputs], out.data());
            else
                call_batch(model, in.data(), out.data(), rows);
        };
        const auto by_source = [&](std::size_t call) {
            if (rows == 1)
                infer(&in[call % 16 * inputs], out.data());
            else
                infer_batch(in.data(), out.data(), rows);
        };
        const std::size_t calls =
            std::max<std::size_t>(1, static_cast<std::size_t>(1e6 / time_of(4, by_model)));
        std::array<double, turns> model_times = {};
        std::array<double, turns> source_times = {};
        std::array<double, turns> ratios = {};
        for (std::size_t turn = 0; turn < turns; ++turn) {
            model_times[turn] = time_of(calls, by_model) / static_cast<double>(rows);
            source_times[turn] = time_of(calls, by_source) / static_cast<double>(rows);
            ratios[turn] = source_times[turn] / model_times[turn];
        }
        std::printf("| %s | %zu | %.1f | %.1f | %.2f |\n", Network::name, rows, median(model_times),
                    median(source_times), median(ratios));
    }
}

// A generated function by its name, as an object.
#define LAMINATE_COMPARE(name) \
    compare<bench::name>([](const float* in, float* out) { generated::name::infer(in, out); }, \
                         [](const float* in, float* out, std::size_t rows) { \
                             generated::name::infer_batch(in, out, rows); \
                         })

} // namespace

int main() {
#if defined(__clang__)
    std::printf("%s", __VERSION__);
#else
    std::printf("GCC %s", __VERSION__);
#endif
    std::printf(
        ", flags `%s`\n\n| network | batch | model, ns per row | source, ns per row | source "
        "/ model |\n| --- | ---: | ---: | ---: | ---: |\n",
        LAMINATE_BENCH_FLAGS);
    LAMINATE_COMPARE(policy);
    LAMINATE_COMPARE(trigger);
    LAMINATE_COMPARE(digits);
    LAMINATE_COMPARE(field);
    LAMINATE_COMPARE(autoencoder);
    LAMINATE_COMPARE(wide);
    return 0;
}
