// SPDX-License-Identifier: MIT
// The networks of window_networks.hpp, one image and a batch: fused, unfused and by the peers, in
// time per image and as a share of the peak of multiply-adds in the same run.

#include "beside_peers.hpp"
#include "forms.hpp"
#include "peers/plain_c_maps.hpp"
#include "report_main.hpp"
#include "window_networks.hpp"

#if LAMINATE_BENCH_OPENBLAS
#include "peers/openblas_maps.hpp"
#endif
#if LAMINATE_BENCH_ONEDNN
#include "peers/onednn_maps.hpp"
#endif
#if LAMINATE_BENCH_ONNX_RUNTIME
#include "peers/onnxruntime_model.hpp"
#endif

#include <algorithm>

namespace {

namespace lam = laminate;

constexpr std::size_t compared_rows = 16;

// Single calls take another image each time, of as many as half an L1 cache holds.
template <class Network>
constexpr std::size_t different_rows = std::clamp<std::size_t>(8192 / lam::model<Network>::inputs,
                                                               2, 16);

template <class Network, class Function>
void for_each_map_peer(Function f) {
    f(bench::type_of<bench::plain_c_maps<Network>>{});
#if LAMINATE_BENCH_OPENBLAS
    f(bench::type_of<bench::openblas_maps>{});
#endif
#if LAMINATE_BENCH_ONEDNN
    f(bench::type_of<bench::onednn_maps>{});
#endif
}

template <class Network>
void add() {
    constexpr std::size_t inputs = lam::model<Network>::inputs;
    auto& s = bench::subject<Network>::instance(
        bench::seeded_rows(std::max(compared_rows, Network::rows.back()) * inputs));
    bench::check(s, compared_rows);
    for (const std::size_t rows : Network::rows) {
        const std::size_t all = (rows == 1 ? different_rows<Network> : rows) * inputs;
        bench::work w =
            bench::work_of<Network>(Network::name, std::span(s.in).first(all), s.out, rows);
        w.reuses_weights = true; // at each position
        bench::add_forms(w, s);
        for_each_map_peer<Network>([&]<class Peer>(bench::type_of<Peer>) {
            bench::add_peer<Peer>(w, s.fused,
                                  [](const auto& model) { return bench::map_layers_of(model); });
        });
#if LAMINATE_BENCH_ONNX_RUNTIME
        bench::add_onnxruntime(w, s.fused);
#endif
    }
}

} // namespace

int main(int argc, char** argv) {
    benchmark::AddCustomContext("absent", LAMINATE_BENCH_ABSENT);
    for_each_map_peer<bench::lenet5>([]<class Peer>(bench::type_of<Peer>) {
        benchmark::AddCustomContext(std::string("peer_") + Peer::name, Peer::version());
    });
#if LAMINATE_BENCH_ONNX_RUNTIME
    benchmark::AddCustomContext("peer_ONNX Runtime", bench::onnxruntime_model::version());
#endif
    bench::add_limits();
    bench::for_each(bench::window_networks{}, [](auto network) { add<decltype(network)>(); });
    return bench::run(argc, argv);
}
