// SPDX-License-Identifier: MIT
// The networks of networks.hpp, each with its numbers of rows to a call: fused, unfused and by the
// peers, in time per row and as a share of what the same run finds the machine can do. Before it
// measures anything, it checks that single calls, batches and the unfused form give the same bits;
// their hash is in the report, and is the same with every compiler and instruction set.

#include "beside_peers.hpp"
#include "forms.hpp"
#include "images.hpp"
#include "report_main.hpp"

#include <type_traits>

namespace {

namespace lam = laminate;

// Single calls take another row each time, as in use: as many as half an L1 cache holds, so that
// they leave the L2 cache to the weights; more images, because zeros are what branches depend on.
template <class Network>
constexpr std::size_t different_rows = std::clamp<std::size_t>(8192 / lam::model<Network>::inputs,
                                                               8, 512);
template <>
constexpr std::size_t different_rows<bench::digits_images> = 64;

// All bits of this many rows are compared.
constexpr std::size_t compared_rows = 1024;

template <class Network>
std::vector<float> rows_for(std::size_t count) {
    if constexpr (std::is_same_v<Network, bench::digits_images>)
        return bench::images(count);
    else
        return bench::seeded_rows(count * lam::model<Network>::inputs);
}

template <class Network>
void add() {
    auto& s = bench::subject<Network>::instance(
        rows_for<Network>(std::max(compared_rows, Network::rows.back())));
    bench::check(s, compared_rows);
    for (const std::size_t rows : Network::rows) {
        const std::size_t all = (rows == 1 ? different_rows<Network> : rows) * s.fused.inputs;
        const bench::work w =
            bench::work_of<Network>(Network::name, std::span(s.in).first(all), s.out, rows);
        bench::add_forms(w, s);
        bench::add_peers(w, s.fused);
    }
}

} // namespace

int main(int argc, char** argv) {
    bench::add_context<bench::policy>();
    const char* const file = std::getenv("LAMINATE_BENCH_IMAGES");
    benchmark::AddCustomContext("images", file != nullptr ? "from a file" : "drawn");
    bench::for_each(bench::networks_and_images{}, [](auto network) { add<decltype(network)>(); });
    return bench::run(argc, argv);
}
