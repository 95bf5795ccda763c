// SPDX-License-Identifier: MIT
// One step of training (forward, softmax cross-entropy, backward, Adam) of three networks: Laminate
// with one and two threads, Eigen written by hand and, where it is found, libtorch, beside the
// multiply-adds that the core could do in the moment. bench/train.py runs it, scikit-learn beside
// it, and makes a table.

#include "limits.hpp"
#if LAMINATE_BENCH_TORCH
#include "train_torch.hpp"
#endif

#include <laminate/layer/all.hpp>
#include <laminate/train/steps/initialise.hpp>
#include <laminate/train/steps/trainer.hpp>

#include <Eigen/Dense>
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace lam = laminate;

namespace {

struct small : lam::network<lam::input<64> | lam::dense<128> | lam::relu | lam::dense<64> |
                            lam::relu | lam::dense<10> | lam::softmax> {
    static constexpr const char* name = "64-128-64-10";
    static constexpr std::size_t rows = 64;
};
struct digits : lam::network<lam::input<784> | lam::dense<256> | lam::relu | lam::dense<128> |
                             lam::relu | lam::dense<10> | lam::softmax> {
    static constexpr const char* name = "784-256-128-10";
    static constexpr std::size_t rows = 128;
};

struct lenet5 : lam::network<lam::input<28, 28, 1> | lam::conv2d<6, 5>(lam::padding<2>) |
                             lam::relu | lam::max_pool2d<2> | lam::conv2d<16, 5> | lam::relu |
                             lam::max_pool2d<2> | lam::flatten | lam::dense<120> | lam::relu |
                             lam::dense<84> | lam::relu | lam::dense<10> | lam::softmax> {
    static constexpr const char* name = "LeNet-5";
    static constexpr std::size_t rows = 64;
};

template <class Network> // which somebody writes by hand with Eigen
inline constexpr bool is_dense = !std::is_same_v<Network, lenet5>;

template <class Network>
struct batch {
    std::vector<float> in = std::vector<float>(Network::rows * lam::model<Network>::inputs);
    std::vector<int> classes = std::vector<int>(Network::rows);

    batch() {
        lam::random_source random(1);
        for (float& f : in)
            f = random.uniform(1.0f);
        for (int& c : classes)
            c = static_cast<int>(random.next() % 10);
    }
};

// Forward, the gradient of weights, and but for the first layer that of inputs: two flops each.
template <class Network>
double flops() {
    constexpr auto plan = lam::plan(Network{});
    double all = 0.0;
    double times = 4.0;
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        const auto products =
            lam::ir::of(plan.nodes[i].kind)
                .multiply_adds(plan.nodes[i], lam::ir::operands_of(plan.nodes, i));
        all += times * static_cast<double>(products);
        if (products > 0) times = 6.0;
    }
    return all * static_cast<double>(Network::rows);
}

template <class Network, class Step>
void time_steps(benchmark::State& state, Step step) {
    const double peak = bench::fma_peak();
    double best = 1e30;
    for (auto _ : state)
        best = std::min(best, bench::nanoseconds(step));
    state.counters["best_us"] = best / 1e3;
    state.counters["gflops"] = flops<Network>() / best;
    state.counters["fma_peak"] = peak;
    state.counters["share"] = flops<Network>() / best / peak;
}

// By hand, as somebody who knows Eigen would write it: products of whole batches, rows in rows.
class eigen_net {
    using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    struct layer {
        matrix w, dw, m, v, y, dy;
        Eigen::RowVectorXf b, db, bm, bv;
    };

public:
    template <class Network>
    explicit eigen_net(const lam::model<Network>& model) {
        add(model.template layer<0>());
        add(model.template layer<2>());
        add(model.template layer<4>());
    }

    float step(Eigen::Map<const matrix> x, const std::vector<int>& classes) {
        ++t_;
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            layer& now = layers_[l];
            if (l == 0)
                now.y.noalias() = x * now.w;
            else
                now.y.noalias() = layers_[l - 1].y * now.w;
            now.y.rowwise() += now.b;
            if (l + 1 < layers_.size()) now.y = now.y.cwiseMax(0.0f);
        }
        layer& last = layers_.back();
        last.y.colwise() -= last.y.rowwise().maxCoeff().eval();
        last.y = last.y.array().exp();
        last.y.array().colwise() /= last.y.rowwise().sum().eval().array();
        last.dy = last.y;
        float loss = 0.0f;
        const float scale = 1.0f / static_cast<float>(x.rows());
        for (Eigen::Index r = 0; r < x.rows(); ++r) {
            const int c = classes[static_cast<std::size_t>(r)];
            loss -= std::log(last.y(r, c));
            last.dy(r, c) -= 1.0f;
        }
        last.dy *= scale;
        for (std::size_t l = layers_.size(); l-- > 0;) {
            layer& now = layers_[l];
            if (l == 0)
                now.dw.noalias() = x.transpose() * now.dy;
            else
                now.dw.noalias() = layers_[l - 1].y.transpose() * now.dy;
            now.db = now.dy.colwise().sum();
            if (l > 0) {
                layer& before = layers_[l - 1];
                before.dy.noalias() = now.dy * now.w.transpose();
                before.dy.array() *= (before.y.array() > 0.0f).cast<float>();
            }
        }
        for (layer& l : layers_) {
            adam(l.w, l.dw, l.m, l.v);
            adam(l.b, l.db, l.bm, l.bv);
        }
        return loss * scale;
    }

private:
    template <class Parameters>
    void add(const Parameters& p) {
        const auto inputs = static_cast<Eigen::Index>(p.weights.inputs());
        const auto outputs = static_cast<Eigen::Index>(p.weights.outputs());
        layer l;
        l.w.resize(inputs, outputs);
        l.m = l.v = matrix::Zero(inputs, outputs);
        l.b = l.bm = l.bv = Eigen::RowVectorXf::Zero(outputs);
        for (Eigen::Index o = 0; o < outputs; ++o) {
            l.b(o) = p.bias[static_cast<std::size_t>(o)];
            for (Eigen::Index i = 0; i < inputs; ++i)
                l.w(i, o) = p.weights(static_cast<std::size_t>(o), static_cast<std::size_t>(i));
        }
        layers_.push_back(l);
    }
    template <class Matrix>
    void adam(Matrix& w, const Matrix& g, Matrix& m, Matrix& v) const {
        const float first = 1.0f - std::pow(0.9f, static_cast<float>(t_));
        const float second = std::sqrt(1.0f - std::pow(0.999f, static_cast<float>(t_)));
        m += 0.1f * (g - m);
        v.array() += 0.001f * (g.array().square() - v.array());
        w.array() -= (1e-4f * second / first) * m.array() / (v.array().sqrt() + 1e-8f * second);
    }

    std::vector<layer> layers_;
    int t_ = 0;
};

template <class Network>
void laminate_steps(benchmark::State& state) {
    const batch<Network> b;
    lam::model<Network> model;
    lam::initialise(model, 1);
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::adam{.learning_rate = 1e-4f},
                         {.threads = static_cast<std::size_t>(state.range(0))});
    time_steps<Network>(state, [&] { trainer.step(b.in, b.classes); });
}

template <class Network>
void eigen_steps(benchmark::State& state) {
    const batch<Network> b;
    lam::model<Network> model;
    lam::initialise(model, 1);
    eigen_net net(model);
    const Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> x(
        b.in.data(), static_cast<Eigen::Index>(Network::rows),
        static_cast<Eigen::Index>(lam::model<Network>::inputs));
    time_steps<Network>(state, [&] { net.step(x, b.classes); });
}

#if LAMINATE_BENCH_TORCH
// A dense layer behind a map reads its positions channel by channel in libtorch, here the other way
// around.
template <class Parameters>
bench::layer_numbers numbers_of(const Parameters& p, std::size_t channels = 1) {
    bench::layer_numbers d{p.weights.inputs(), p.weights.outputs(), {}, {}};
    const std::size_t positions = d.inputs / channels;
    for (std::size_t o = 0; o < d.outputs; ++o) {
        d.bias.push_back(p.bias[o]);
        for (std::size_t i = 0; i < d.inputs; ++i)
            d.weights.push_back(p.weights(o, i % positions * channels + i / positions));
    }
    return d;
}
template <class Parameters>
bench::layer_numbers windows_of(const Parameters& p, std::size_t padding) {
    const lam::shape extents = p.weights.extents();
    bench::layer_numbers d{
        extents.extent[1], extents.extent[0], {}, {}, extents.extent[2], padding};
    p.weights.each([&d](float w) { d.weights.push_back(w); });
    p.bias.each([&d](float b) { d.bias.push_back(b); });
    return d;
}
template <class Network>
std::vector<bench::layer_numbers> layers_of(const lam::model<Network>& model) {
    return {numbers_of(model.template layer<0>()), numbers_of(model.template layer<2>()),
            numbers_of(model.template layer<4>())};
}
std::vector<bench::layer_numbers> layers_of(const lam::model<lenet5>& model) {
    return {windows_of(model.layer<0>(), 2), windows_of(model.layer<3>(), 0),
            numbers_of(model.layer<7>(), 16), numbers_of(model.layer<9>()),
            numbers_of(model.layer<11>())};
}

template <class Network>
void torch_steps(benchmark::State& state) {
    const batch<Network> b;
    lam::model<Network> model;
    lam::initialise(model, 1);
    bench::torch_net net(layers_of(model));
    net.use(b.in, b.classes);
    time_steps<Network>(state, [&] { net.step(); });
}
#endif

// All must have the same losses, or what is measured isn't the same work.
template <class Network>
bool agree() {
    const batch<Network> b;
    lam::model<Network> model;
    lam::initialise(model, 1);
    std::optional<eigen_net> eigen;
    if constexpr (is_dense<Network>) eigen.emplace(model);
#if LAMINATE_BENCH_TORCH
    bench::torch_net torch(layers_of(model));
    torch.use(b.in, b.classes);
#endif
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::adam{.learning_rate = 1e-4f});
    const Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> x(
        b.in.data(), static_cast<Eigen::Index>(Network::rows),
        static_cast<Eigen::Index>(lam::model<Network>::inputs));
    for (int t = 0; t < 10; ++t) {
        const double ours = trainer.step(b.in, b.classes).loss;
        const auto same = [&](const char* whose, float theirs) {
            if (std::abs(ours - static_cast<double>(theirs)) <= 1e-3 * ours) return true;
            std::fprintf(stderr, "%s: step %d has loss %g, that of %s %g\n", Network::name, t, ours,
                         whose, static_cast<double>(theirs));
            return false;
        };
        if (eigen && !same("Eigen", eigen->step(x, b.classes))) return false;
#if LAMINATE_BENCH_TORCH
        if (!same("libtorch", torch.step())) return false;
#endif
    }
    return true;
}

template <class Network>
void add() {
    const std::string name = std::string(Network::name) + "/" + std::to_string(Network::rows);
    benchmark::RegisterBenchmark((name + "/laminate").c_str(), laminate_steps<Network>)
        ->ArgName("threads")
        ->Arg(1)
        ->Arg(2)
        ->UseRealTime();
    if constexpr (is_dense<Network>)
        benchmark::RegisterBenchmark((name + "/eigen").c_str(), eigen_steps<Network>);
#if LAMINATE_BENCH_TORCH
    benchmark::RegisterBenchmark((name + "/libtorch").c_str(), torch_steps<Network>);
#endif
}

} // namespace

int main(int count, char** values) {
    if (!agree<small>() || !agree<digits>() || !agree<lenet5>()) return 1;
    add<small>();
    add<digits>();
    add<lenet5>();
    benchmark::Initialize(&count, values);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
