// SPDX-License-Identifier: MIT
// Where the time of small networks goes: each layer alone, all of them without their functions, and
// the whole, for one row and for a row of a batch, in cycles of the multiply-add units: a cycle is
// the time in which they do two registers of products at the peak of the same moment. Beside it the
// fewest cycles that the layer's products and, for one row, its loads can take, two a cycle. Prints
// a Markdown table.

#include "limits.hpp"
#include "networks.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <vector>

namespace {

namespace lam = laminate;

constexpr std::size_t batch_rows = 1024;

// Cycles of f(), the median of several measurements.
template <class Function>
double cycles(std::size_t calls, const Function& f) {
    std::array<double, 15> found = {};
    for (double& c : found) {
        const double gflops = bench::fma_peak();
        const double time = bench::nanoseconds([&] {
            for (std::size_t call = 0; call < calls; ++call) {
                f(call);
                asm volatile("" : : : "memory");
            }
        });
        c = time / static_cast<double>(calls) * gflops / (4.0 * bench::pack::lanes);
    }
    std::nth_element(found.begin(), found.begin() + found.size() / 2, found.end());
    return found[found.size() / 2];
}

template <class Network>
void part(const char* name, Network) {
    using model_type = lam::model<Network>;
    constexpr std::size_t inputs = model_type::inputs;
    constexpr std::size_t outputs = model_type::outputs;
    constexpr lam::ir::figures cost = lam::plan(Network{});
    const model_type model = bench::seeded_model<Network>();
    const std::vector<float> in = bench::seeded_rows(batch_rows * inputs);
    // On a line, or stores of a row would cross two at the whim of the heap.
    std::vector<float> memory(batch_rows * outputs + lam::line_floats);
    void* place = memory.data();
    std::size_t room = memory.size() * sizeof(float);
    const std::span<float> out(
        static_cast<float*>(std::align(64, batch_rows * outputs * sizeof(float), place, room)),
        batch_rows * outputs);
    float* to = out.data();
    bench::pretend_to_use(to); // so that results are results
    const double one = cycles(20'000, [&](std::size_t call) {
        model(std::span<const float, inputs>(&in[call % 16 * inputs], inputs),
              std::span<float, outputs>(out.data(), outputs));
    });
    const double batch =
        cycles(20, [&](std::size_t) { model.batch(in, out); }) / static_cast<double>(batch_rows);
    const double products = static_cast<double>(cost.multiply_adds) / (2.0 * bench::pack::lanes);
    const double loads =
        static_cast<double>(cost.weight_bytes) / (2.0 * bench::pack::lanes * sizeof(float));
    std::printf("| %s | %.0f | %.0f | %.0f | %.0f |\n", name, one, std::max(products, loads), batch,
                products);
}

} // namespace

int main() {
#if defined(__clang__)
    std::printf("%s", __VERSION__);
#else
    std::printf("GCC %s", __VERSION__);
#endif
    std::printf(", flags `%s`\n\n| | one row, cycles | at least | row of %zu, cycles | at least |\n"
                "| --- | ---: | ---: | ---: | ---: |\n",
                LAMINATE_BENCH_FLAGS, batch_rows);
    using lam::dense, lam::input, lam::linear, lam::relu, lam::repeat, lam::softmax, lam::tanh;
    part("24-64", input<24> | dense<64> | linear);
    part("24-64 tanh", input<24> | dense<64> | tanh);
    part("64-64", input<64> | dense<64> | linear);
    part("64-64 tanh", input<64> | dense<64> | tanh);
    part("64-4", input<64> | dense<4> | linear);
    part("64-4 tanh", input<64> | dense<4> | tanh);
    part("24-64-64-4", input<24> | repeat<2>(dense<64> | linear) | dense<4> | linear);
    part("policy", bench::policy{});
    part("16-64 relu", input<16> | dense<64> | relu);
    part("64-32 relu", input<64> | dense<32> | relu);
    part("32-32 relu", input<32> | dense<32> | relu);
    part("32-5", input<32> | dense<5> | linear);
    part("32-5 softmax", input<32> | dense<5> | softmax);
    part("16-64-32-32-5 relu",
         input<16> | dense<64> | relu | repeat<2>(dense<32> | relu) | dense<5> | linear);
    part("trigger", bench::trigger{});
    return 0;
}
