// SPDX-License-Identifier: MIT

// Claim: ReLU is cheap, because it needs no exponential. Times activations alone and in a network,
// fused into their dense layers and as passes of their own. Needs a quiet machine. Promises
// medians.

#include "chart.hpp"
#include "experiment.hpp"

#include "../digits/timing.hpp"

#include <laminate/laminate.hpp>
#include <laminate/model/unfused.hpp>
#include <laminate/train/steps/initialise.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace relu {
namespace {

namespace lam = laminate;

constexpr std::size_t elements = 1024; // 4 KiB in, 4 KiB out: in the L1 cache
constexpr std::size_t rows = 64;

struct times {
    double alone;                     // an element, on its own
    std::array<double, 2> one, batch; // a row: fused, unfused
};

/// Nanoseconds per item of `work`, which does `items`: the median of samples in which the clock's
/// own time is no more than a hundredth.
template <class Work>
double time_of(Work work, std::size_t items, bool quick) {
    std::size_t repeats = 1;
    const auto many = [&] {
        for (std::size_t i = 0; i < repeats; ++i)
            work();
    };
    while (demo::nanoseconds(many) < 5000)
        repeats *= 2;
    std::vector<double> taken(quick ? 11 : 1001);
    for (double& t : taken)
        t = demo::nanoseconds(many) / static_cast<double>(repeats * items);
    std::nth_element(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(taken.size() / 2),
                     taken.end());
    return taken[taken.size() / 2];
}

std::vector<float> numbers(std::size_t count) {
    lam::random_source random(1);
    std::vector<float> all(count);
    for (float& x : all)
        x = random.uniform(3.0f);
    return all;
}

/// Time of a row, one by one and in a batch.
template <class Model>
std::array<double, 2> time_rows(Model& model, bool quick) {
    const std::vector<float> x = numbers(rows * Model::inputs);
    std::vector<float> y(rows * Model::outputs);
    const auto one_by_one = [&] {
        for (std::size_t r = 0; r < rows; ++r)
            model(std::span(x).subspan(r * Model::inputs).template first<Model::inputs>(),
                  std::span(y).subspan(r * Model::outputs).template first<Model::outputs>());
        demo::keep(y.data());
    };
    const auto at_once = [&] {
        model.batch(x, y);
        demo::keep(y.data());
    };
    return {time_of(one_by_one, rows, quick), time_of(at_once, rows, quick)};
}

template <class Activation>
times measure(Activation activation, bool quick) {
    const lam::model alone(lam::input<elements> | activation);
    const std::vector<float> x = numbers(elements);
    std::vector<float> y(elements);
    times t = {};
    t.alone = time_of(
        [&] {
            alone.batch(x, y);
            demo::keep(y.data());
        },
        elements, quick);
    constexpr auto network = lam::input<64> | lam::dense<64> | Activation{} | lam::dense<64> |
                             Activation{} | lam::dense<64> | Activation{} | lam::dense<10>;
    lam::model fused(network);
    lam::initialise(fused, 1);
    auto unfused = lam::unfused(fused);
    const auto f = time_rows(fused, quick);
    const auto u = time_rows(unfused, quick);
    t.one = {f[0], u[0]};
    t.batch = {f[1], u[1]};
    return t;
}

const std::vector<std::string> names = {"none", "ReLU", "leaky", "ELU", "tanh", "sigmoid"};

void draw(const std::vector<times>& all, const std::filesystem::path& file) {
    chart::page page(
        960, 400, "What an activation costs",
        "Alone on 1024 floats, and in 64-64-64-64-10. The figures are this machine's.");
    std::vector<chart::tick> ticks;
    for (std::size_t i = 0; i < names.size(); ++i)
        ticks.push_back({static_cast<double>(i), names[i]});
    const auto highest = [&](auto get) {
        double most = 0;
        for (const times& t : all)
            most = std::max(most, get(t));
        return 1.15 * most;
    };
    const std::vector<chart::tick> activations(ticks.begin() + 1, ticks.end());
    const double last = static_cast<double>(names.size()) - 0.5;
    chart::panel alone(page, {64, 100, 236, 220}, "one element, alone",
                       {"", 0.5, last, false, activations},
                       {"nanoseconds", 0, highest([](const times& t) { return t.alone; })});
    for (std::size_t i = 1; i < all.size(); ++i)
        alone.bar(static_cast<double>(i), all[i].alone, 0.6, {1}, fixed(all[i].alone, 2));
    const auto rows_panel = [&](double x, const char* title, auto get) {
        chart::panel p(
            page, {x, 100, 260, 220}, title, {"", -0.5, last, false, ticks},
            {"", 0, highest([&](const times& t) { return std::max(get(t)[0], get(t)[1]); })});
        for (std::size_t i = 0; i < all.size(); ++i) {
            const double at = static_cast<double>(i);
            p.bar(at - 0.21, get(all[i])[0], 0.38, {1}, fixed(get(all[i])[0], 0), "tiny middle");
            p.bar(at + 0.21, get(all[i])[1], 0.38, {2, true}, fixed(get(all[i])[1], 0),
                  "tiny middle");
        }
    };
    rows_panel(360, "one row, alone (ns)", [](const times& t) { return t.one; });
    rows_panel(670, "a row of a batch of 64 (ns)", [](const times& t) { return t.batch; });
    chart::legend(
        page, {360, 378},
        {{"fused into the dense layer", {1}, true}, {"a pass of its own", {2, true}, true}});
    page.save(file);
}

} // namespace

findings cost(const options& o) {
    const std::vector<times> all = {
        measure(lam::linear, o.quick),     measure(lam::relu, o.quick),
        measure(lam::leaky_relu, o.quick), measure(lam::elu, o.quick),
        measure(lam::tanh, o.quick),       measure(lam::sigmoid, o.quick)};
    std::vector<std::vector<std::string>> table;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const times& t = all[i];
        table.push_back({names[i], fixed(t.alone, 3), fixed(t.one[0], 0), fixed(t.one[1], 0),
                         fixed(t.batch[0], 0), fixed(t.batch[1], 0)});
    }
    print_table(
        {"activation", "element, ns", "row alone, fused", "unfused", "row of 64, fused", "unfused"},
        table);
    const auto ratio = [&](auto get) { return get(all[5]) / get(all[1]); };
    std::printf("sigmoid / ReLU: alone %.1f, one row %.2f, batch %.2f\n",
                ratio([](const times& t) { return t.alone; }),
                ratio([](const times& t) { return t.one[0]; }),
                ratio([](const times& t) { return t.batch[0]; }));

    findings f;
    f.claim(all[1].alone < all[5].alone && all[1].alone < all[4].alone,
            "an element of ReLU costs less than one of sigmoid or tanh");
    draw(all, o.out / "relu_cost.svg");
    f.figure(o.out / "relu_cost.svg");
    return f;
}

} // namespace relu
