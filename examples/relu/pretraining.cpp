// SPDX-License-Identifier: MIT

// Claim: deep networks need layer-wise pretraining, one autoencoder after the other (Hinton,
// Osindero and Teh, 2006; Bengio et al., 2007); ReLU made it needless (Glorot, Bordes and Bengio,
// 2011). Trains 64-48x6-10 on digits, sigmoid and ReLU, both ways. Promises loss curves and
// accuracies.

#include "chart.hpp"
#include "copy_layers.hpp"
#include "experiment.hpp"
#include "learn.hpp"

#include <string>
#include <utility>
#include <vector>

namespace relu {
namespace {

constexpr std::size_t width = 48;
constexpr std::size_t depth = 6;

struct run {
    std::string name;
    std::vector<chart::point> loss = {};
    double accuracy = 0;
};

/// Rows to be rebuilt, a quarter of whose inputs are hidden (Vincent et al., 2008), so that a layer
/// as wide as its input can't just pass it on.
lam::dataset to_rebuild(const lam::dataset& rows, std::uint64_t seed) {
    lam::dataset data{
        .inputs = rows.inputs, .outputs = rows.inputs, .x = rows.x, .targets = rows.x};
    lam::random_source random(seed);
    for (float& x : data.x)
        if (random.next() % 4 == 0) x = 0;
    return data;
}

/// Trains one autoencoder on `rows`, puts its first half into layer Layer of `model`, and returns
/// what that layer makes of the rows.
template <std::size_t Layer, class Activation, class Model>
lam::dataset pretrain_layer(Model& model, Activation activation, const lam::dataset& rows,
                            std::size_t epochs) {
    using dense = decltype(model.template layer<Layer>());
    constexpr std::size_t inputs = decltype(dense::weights)::inputs();
    lam::model coder(lam::input<inputs> | lam::dense<width> | activation | lam::dense<inputs>);
    lam::initialise_auto(coder, 10 + Layer);
    learn(coder, to_rebuild(rows, Layer), lam::mean_squared_error{},
          lam::adam{.learning_rate = 2e-3f}, {.epochs = epochs});
    copy_layer(model.template layer<Layer>(), coder.template layer<0>());

    lam::model half(lam::input<inputs> | lam::dense<width> | activation);
    copy_layer(half.template layer<0>(), coder.template layer<0>());
    return {.inputs = width, .x = answers(half, rows)};
}

template <class Activation>
run train(const std::string& name, Activation activation, bool pretrained,
          const lam::two_parts& data, bool quick) {
    constexpr auto network =
        lam::input<64> | lam::repeat<depth>(lam::dense<width> | Activation{}) | lam::dense<10>;
    run r = {.name = name};
    lam::model model(network);
    lam::initialise_auto(model, 5);
    if (pretrained) [&]<std::size_t... I>(std::index_sequence<I...>) {
            lam::dataset rows = data.train;
            ((rows = pretrain_layer<2 * I>(model, activation, rows, quick ? 3 : 50)), ...);
        }
    (std::make_index_sequence<depth>{});
    learn(model, data.train, lam::softmax_cross_entropy{}, lam::adam{.learning_rate = 1e-3f},
          {.epochs = quick ? 10U : 150U}, [&](std::size_t epoch, double loss, const auto&) {
              r.loss.push_back({static_cast<double>(epoch), loss});
          });
    r.accuracy = accuracy(model, data.test);
    return r;
}

/// The first epoch whose loss is below `bound`, or a dash.
std::string epochs_to(const run& r, double bound) {
    for (const chart::point p : r.loss)
        if (p.y < bound) return chart::number(p.x);
    return "-";
}

} // namespace

findings pretraining(const options& o) {
    lam::two_parts data = digits();
    if (o.quick) data.train = first(data.train, 400);
    const std::vector<run> runs = {train("sigmoid, at once", lam::sigmoid, false, data, o.quick),
                                   train("sigmoid, pretrained", lam::sigmoid, true, data, o.quick),
                                   train("ReLU, at once", lam::relu, false, data, o.quick),
                                   train("ReLU, pretrained", lam::relu, true, data, o.quick)};
    std::vector<std::vector<std::string>> table;
    for (const run& r : runs)
        table.push_back({r.name, fixed(r.loss[r.loss.size() / 6].y, 3), epochs_to(r, 0.1),
                         percent(r.accuracy)});
    print_table(
        {"network", "loss after a sixth of the epochs", "epochs to loss 0.1", "test accuracy"},
        table);

    chart::page page(
        760, 430, "Layer by layer, or all at once",
        "64-48x6-10 on digits, Adam; each layer first a denoising autoencoder, or not.");
    chart::panel p(page, {80, 96, 640, 250}, "fine-tuning", {"epoch", 1, runs[0].loss.back().x},
                   {"training loss", 1e-4, 4, true});
    const std::vector<chart::look> looks = {
        {2, false, '0'}, {2, true, '0'}, {1, false, '0'}, {1, true, '0'}};
    std::vector<chart::entry> entries;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        p.line(runs[i].loss, looks[i]);
        entries.push_back({runs[i].name, looks[i]});
    }
    chart::legend(page, {80, 410}, entries, 165);
    page.save(o.out / "relu_pretraining.svg");

    findings f;
    const auto end = [&](std::size_t i) { return runs[i].loss.back().y; };
    f.claim(end(1) < 0.7 * end(0), "pretraining helps a deep network of sigmoids",
            o.unless_quick(expected::held));
    f.claim(end(2) < end(1), "ReLU trained at once learns faster than sigmoid pretrained");
    f.claim(runs[3].accuracy > runs[2].accuracy + 0.01, "pretraining helps a network of ReLUs",
            o.unless_quick(expected::not_held));
    f.figure(o.out / "relu_pretraining.svg");
    return f;
}

} // namespace relu
