// SPDX-License-Identifier: MIT
// The calls that ../kinds.py counts, each between two int3: one row of the small networks, and
// batches, whose way doesn't depend on values. All values are zero.

#include "../networks.hpp"

#include <cstdio>
#include <span>
#include <vector>

namespace {

template <std::size_t Rows, class Network>
void count_call(Network) {
    using model_type = bench::lam::model<Network>;
    static const model_type model;
    static const std::vector<float> in(Rows * model_type::inputs);
    static std::vector<float> out(Rows * model_type::outputs);
    asm volatile("int3" : : : "memory");
    if constexpr (Rows == 1)
        model(std::span<const float, model_type::inputs>(in.data(), model_type::inputs),
              std::span<float, model_type::outputs>(out.data(), model_type::outputs));
    else
        model.batch(in, out);
    asm volatile("int3" : : : "memory");
}

} // namespace

int main() { // the order that kinds.py has them in
    count_call<1>(bench::policy{});
    count_call<1>(bench::trigger{});
    count_call<48>(bench::trigger{});
    count_call<48>(bench::field{});
    count_call<48>(bench::digits{});
    count_call<48>(bench::autoencoder{});
    count_call<24>(bench::wide{});
}
