// SPDX-License-Identifier: MIT
// Networks that aren't chains, beside the chains with the same multiply-adds, and oneDNN and ONNX
// Runtime where they were found: a residual network, an actor-critic with two heads, dense layers
// with layer_norm. Before it measures anything, it checks that single calls and batches give the
// same bits, and the others what we give.

#include "measure.hpp"
#include "networks.hpp"
#include "report_main.hpp"

#if LAMINATE_BENCH_ONEDNN
#include "peers/onednn_graph.hpp"
#endif
#if LAMINATE_BENCH_ONNX_RUNTIME
#include "peers/onnxruntime_model.hpp"
#endif

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

namespace {

namespace lam = laminate;

constexpr auto wide_layer = lam::dense<64> | lam::relu;

struct residual
    : lam::network<lam::input<64> | wide_layer |
                   lam::repeat<4>(lam::residual(wide_layer | lam::dense<64>) | lam::relu) |
                   lam::dense<8>> {
    static constexpr const char* name = "residual";
};
struct residual_chain : lam::network<lam::input<64> | lam::repeat<9>(wide_layer) | lam::dense<8>> {
};

struct actor_critic : lam::network<lam::input<24> | lam::repeat<2>(lam::dense<64> | lam::tanh) |
                                   lam::outputs(lam::dense<4>, lam::dense<1>)> {
    static constexpr const char* name = "actor_critic";
};
struct actor_critic_chain
    : lam::network<lam::input<24> | lam::repeat<2>(lam::dense<64> | lam::tanh) | lam::dense<5>> {};

struct layer_norm
    : lam::network<lam::input<64> | lam::repeat<4>(lam::dense<64> | lam::layer_norm | lam::relu) |
                   lam::dense<8>> {
    static constexpr const char* name = "layer_norm";
};
struct layer_norm_chain
    : lam::network<lam::input<64> | lam::repeat<4>(wide_layer) | lam::dense<8>> {};

constexpr std::array<std::size_t, 3> batches = {1, 64, 1024};
constexpr std::size_t most_rows = batches.back();
constexpr std::size_t different_rows = 128; // of single calls

// A model as a form; rows of an output lie before those of the next.
template <class Network>
auto form_of(const lam::model<Network>& model) {
    return [&model](const float* in, float* out, std::size_t rows) {
        static constexpr const auto& plan = lam::plan(Network{});
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            if (rows == 1)
                model(std::span<const float, plan.inputs()>(in, plan.inputs()),
                      std::span<float, plan.out[K].units>(out + plan.out[K].begin,
                                                          plan.out[K].units)...);
            else
                model.batch(std::span(in, rows * plan.inputs()),
                            std::span(out + plan.out[K].begin * rows, plan.out[K].units * rows)...);
        }
        (std::make_index_sequence<plan.out.size()>{});
    };
}

[[noreturn]] void stop(const char* network, const char* what) {
    std::fprintf(stderr, "%s: %s\n", network, what);
    std::exit(1);
}

// Models and rows, made once.
template <class Network, class Chain>
struct subject {
    const lam::model<Network> model = bench::seeded_model<Network>();
    const lam::model<Chain> chain = bench::seeded_model<Chain>();
    const std::vector<float> in = bench::seeded_rows(most_rows * model.inputs);
    std::vector<float> out = std::vector<float>(most_rows * model.outputs);

    static subject& instance() {
        static subject it;
        return it;
    }
};

template <class Network, class Chain>
void check(subject<Network, Chain>& s) {
    const auto form = form_of(s.model);
    const auto ports = lam::plan(Network{}).out;
    form(s.in.data(), s.out.data(), most_rows);
    std::vector<float> row(s.model.outputs);
    for (std::size_t r = 0; r < most_rows; ++r) {
        form(&s.in[r * s.model.inputs], row.data(), 1);
        for (const auto& p : ports)
            if (std::memcmp(&row[p.begin], &s.out[p.begin * most_rows + r * p.units],
                            p.units * sizeof(float)) != 0)
                stop(Network::name, "single calls and the batch differ in bits");
    }
}

// Whether a peer gives what we give.
template <class Network, class Peer>
bool agrees(const bench::work& w, const lam::model<Network>& model, Peer& peer) {
    std::vector<float> expected(w.rows * w.outputs), found(expected.size());
    form_of(model)(w.in.data(), expected.data(), w.rows);
    peer(w.in.data(), found.data(), w.rows);
    return std::ranges::all_of(lam::plan(Network{}).out.span(), [&](const auto& p) {
        const auto rows_of = [&](const std::vector<float>& from) {
            return std::span(from).subspan(p.begin * w.rows, p.units * w.rows);
        };
        return bench::difference(rows_of(expected), rows_of(found), p.units) <= 1e-4;
    });
}

#if LAMINATE_BENCH_ONEDNN

// The dense layers of a model, with what follows each.
template <class Network>
std::vector<bench::graph_layer> layers_of(const lam::model<Network>& model) {
    static constexpr const auto& plan = lam::plan(Network{});
    std::vector<bench::graph_layer> learned; // dense layers and norms in the order of the nodes
    boost::hana::for_each(model.layers(), [&learned](const auto& from) {
        if constexpr (requires { from.weights; }) {
            bench::graph_layer& to = learned.emplace_back();
            from.weights.each([&to](float w) { to.weights.push_back(w); });
            from.bias.each([&to](float b) { to.bias.push_back(b); });
        }
        if constexpr (requires { from.scale; }) {
            bench::graph_layer& to = learned.emplace_back();
            from.scale.each([&to](float w) { to.scale.push_back(w); });
            from.shift.each([&to](float b) { to.shift.push_back(b); });
        }
    });
    std::vector<bench::graph_layer> all;
    std::vector<std::size_t> layer_of(plan.nodes.size(), lam::ir::none); // none: of the input
    auto next = learned.begin();
    for (std::size_t i = 1; i < plan.nodes.size(); ++i) {
        const lam::ir::node& n = plan.nodes[i];
        const std::size_t from = layer_of[n.inputs[0]];
        layer_of[i] = from;
        if (n.kind == lam::ir::op::dense) {
            layer_of[i] = all.size();
            all.push_back(std::move(*next++));
            all.back().inputs = plan.nodes[n.inputs[0]].output.size();
            all.back().outputs = n.units;
            all.back().reads = from;
        } else if (n.kind == lam::ir::op::add) { // of the layer before it and an earlier one
            const auto [earlier, last] = std::minmax(from, layer_of[n.inputs[1]]);
            layer_of[i] = last;
            all[last].adds = earlier;
        } else if (n.kind == lam::ir::op::layer_norm) {
            all[from].scale = next->scale;
            all[from].shift = (next++)->shift;
            all[from].epsilon = n.alpha;
        } else {
            all[from].activation = n.kind;
        }
        if (n.result != lam::ir::none) all[layer_of[i]].output_begin = plan.out[n.result].begin;
    }
    return all;
}

// oneDNN in its fastest form for so many rows, compared with what we give.
template <class Network>
bench::onednn_graph fastest(const bench::work& w, const lam::model<Network>& model) {
    const auto layers = layers_of(model);
    std::vector<std::pair<double, bench::onednn_graph>> all;
    for (const bench::usage u : bench::usages(w.rows, bench::onednn_graph::forms)) {
        bench::onednn_graph peer(layers, u);
        if (agrees(w, model, peer))
            all.emplace_back(std::numeric_limits<double>::infinity(), std::move(peer));
        else
            std::fprintf(stderr,
                         "%s: oneDNN's form %d with %zu rows at once gives something else\n",
                         Network::name, u.form, u.rows);
    }
    if (all.empty()) stop(Network::name, "no form of oneDNN gives what we give");
    std::vector<float> out(w.rows * w.outputs);
    for (auto& [best, peer] : all)
        for (int turn = 0; turn < 20; ++turn)
            best =
                std::min(best, bench::nanoseconds([&] { peer(w.in.data(), out.data(), w.rows); }));
    const auto by_time = [](const auto& a, const auto& b) { return a.first < b.first; };
    return std::move(std::ranges::min_element(all, by_time)->second);
}

#endif

// A peer that is made when it is timed first.
template <class Peer, class Make>
void add_peer(const bench::work& w, Make make) {
    const auto run = [w, make, peer = std::shared_ptr<Peer>()](auto& state) mutable {
        if (!peer) peer = std::make_shared<Peer>(make());
        bench::time_calls(state, w, *peer);
    };
    benchmark::RegisterBenchmark((w.name + "/" + Peer::name).c_str(), run);
}

template <class Network, class Chain>
void add() {
    auto& s = subject<Network, Chain>::instance();
    static_assert(lam::plan(Network{}).multiply_adds == lam::plan(Chain{}).multiply_adds &&
                      lam::model<Network>::outputs == lam::model<Chain>::outputs,
                  "a chain that isn't comparable");
    check(s);
    for (const std::size_t rows : batches) {
        const std::size_t all = (rows == 1 ? different_rows : rows) * s.model.inputs;
        const bench::work w =
            bench::work_of<Network>(Network::name, std::span(s.in).first(all), s.out, rows);
        bench::add_form(w, "fused", form_of(s.model));
        bench::add_form(w, "chain", form_of(s.chain));
#if LAMINATE_BENCH_ONEDNN
        add_peer<bench::onednn_graph>(w, [w, &s] { return fastest(w, s.model); });
#endif
#if LAMINATE_BENCH_ONNX_RUNTIME
        add_peer<bench::onnxruntime_model>(w, [w, &s] {
            auto peer = bench::onnxruntime_of(w, s.model);
            if (!agrees(w, s.model, peer)) stop(Network::name, "ONNX Runtime gives something else");
            return peer;
        });
#endif
    }
}

} // namespace

int main(int argc, char** argv) {
#if LAMINATE_BENCH_ONEDNN
    benchmark::AddCustomContext("peer_oneDNN", bench::onednn::version());
#endif
#if LAMINATE_BENCH_ONNX_RUNTIME
    benchmark::AddCustomContext("peer_ONNX Runtime", bench::onnxruntime_model::version());
#endif
    benchmark::AddCustomContext("absent", LAMINATE_BENCH_ABSENT);
    add<residual, residual_chain>();
    add<actor_critic, actor_critic_chain>();
    add<layer_norm, layer_norm_chain>();
    return bench::run(argc, argv);
}
