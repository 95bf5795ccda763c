// SPDX-License-Identifier: MIT
// The hot calls of the networks of networks.hpp, each once, for callgrind to count: one row, and
// batches of 7 and 64; of a network over maps, one image. ../instructions.py compiles it, runs it
// and reads the counts.

#include "../window_networks.hpp"

#include <laminate/train/steps/initialise.hpp>

#include <valgrind/callgrind.h>

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace {

// Counts what f does, and nothing else, under this name. Outside, nothing is instrumented: making
// models takes long enough as it is.
template <class Function>
void count(const std::string& name, const Function& f) {
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    f();
    CALLGRIND_STOP_INSTRUMENTATION;
    CALLGRIND_DUMP_STATS_AT(name.c_str());
}

template <class Network>
void count_calls(std::initializer_list<std::size_t> batches) {
    using model_type = bench::lam::model<Network>;
    const std::size_t most_rows = batches.size() == 0 ? 1 : std::max(batches);
    model_type model;
    bench::lam::initialise(model, 1);
    const std::vector<float> in = bench::seeded_rows(most_rows * model.inputs);
    std::vector<float> out(most_rows * model.outputs);
    const std::string name = Network::name;
    count(name + "/1", [&] {
        model(std::span<const float, model_type::inputs>(in.data(), model.inputs),
              std::span<float, model_type::outputs>(out.data(), model.outputs));
    });
    for (const std::size_t rows : batches)
        count(name + "/" + std::to_string(rows), [&] {
            model.batch(std::span(in).first(rows * model.inputs),
                        std::span(out).first(rows * model.outputs));
        });
}

} // namespace

int main() {
    bench::for_each(bench::networks{}, [](auto network) {
        count_calls<decltype(network)>({7, 64});
    });
    count_calls<bench::lenet5>({});
}
