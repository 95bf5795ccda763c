// SPDX-License-Identifier: MIT
#pragma once

// A network of dense layers beside its peers. Promises that what is measured was first compared
// with Laminate's own results.

#include "measure.hpp"
#include "peers/all.hpp"

#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bench {

// A peer on `w` in its fastest form, and what to say of it.
template <class Peer>
struct chosen_peer {
    tiled<Peer> peer;
    std::string label;
};

template <class Peer, class Network, class LayersOf>
chosen_peer<Peer> choose(const work& w, const lam::model<Network>& model, LayersOf layers_of) {
    std::vector<float> expected(w.in.size() / w.inputs * w.outputs);
    auto peer = fastest<Peer>(layers_of(model), w.in.data(), expected.data(), w.rows);
    model.batch(w.in, expected);
    const double apart = must_agree(w, Peer::name, peer, expected);
    char label[64];
    std::snprintf(label, sizeof label, "tiles of %zu, form %d, differs by %.1e", peer.how().rows,
                  1 + peer.how().form, apart);
    return {std::move(peer), label};
}

// A peer on `w`, which is made of what layers_of(model) is when it is first measured, so that a
// filter saves its time. The model must live as long as the program.
template <class Peer, class Network, class LayersOf>
void add_peer(const work& w, const lam::model<Network>& model, LayersOf layers_of) {
    const auto run = [w, &model, layers_of,
                      chosen = std::shared_ptr<chosen_peer<Peer>>()](auto& state) mutable {
        try {
            if (!chosen)
                chosen = std::make_shared<chosen_peer<Peer>>(choose<Peer>(w, model, layers_of));
            time_calls(state, w, chosen->peer);
            state.SetLabel(chosen->label);
        } catch (const peer_cannot& what) {
            state.SkipWithError(what.what());
        }
    };
    benchmark::RegisterBenchmark((w.name + "/" + Peer::name).c_str(), run);
}

// All peers on `w`.
template <class Network>
void add_peers(const work& w, const lam::model<Network>& model) {
    for_each_peer<Network>([&]<class Peer>(type_of<Peer>) {
        add_peer<Peer>(w, model, [](const auto& of) { return layers_of(of); });
    });
}

inline void add_limits() {
    benchmark::AddCustomContext("fma_peak", std::to_string(fma_peak()));
    for (const auto& cache : benchmark::CPUInfo::Get().caches)
        if (cache.type != "Instruction")
            benchmark::AddCustomContext(
                "bandwidth_L" + std::to_string(cache.level),
                std::to_string(load_bandwidth(static_cast<std::size_t>(cache.size) / 2)));
}

// What report and plot say of the peers and the machine.
template <class Network>
void add_context() {
    benchmark::AddCustomContext("absent", LAMINATE_BENCH_ABSENT);
    for_each_peer<Network>([]<class Peer>(type_of<Peer>) {
        benchmark::AddCustomContext(std::string("peer_") + Peer::name, Peer::version());
    });
    add_limits();
}

} // namespace bench
