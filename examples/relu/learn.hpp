// SPDX-License-Identifier: MIT
#pragma once

// Training as the experiments need it: epochs over shuffled batches, and data as they want it.
// Needs a trainer. Promises the same bits in every run on every machine.

#include "../digits/dataset.hpp"

#include <laminate/laminate.hpp>
#include <laminate/train/train.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace relu {

namespace lam = laminate;

struct schedule {
    std::size_t epochs = 10;
    std::size_t batch = 32;
    std::uint64_t seed = 1; // of the order of rows
    lam::train_options options = {};
};

/// A step whose loss isn't finite changes nothing, and makes the epoch's loss so, too.
/// `each(epoch, mean loss of its batches, trainer)` is called after each epoch, counted from 1.
template <class Model, class Loss, class Optimiser, class Each>
void learn(Model& model, const lam::dataset& data, Loss loss, Optimiser optimiser, schedule s,
           Each each) {
    lam::trainer trainer(model, loss, optimiser, s.options);
    lam::random_source random(s.seed);
    for (std::size_t epoch = 1; epoch <= s.epochs; ++epoch) {
        const std::vector<std::size_t> order = lam::shuffled(data.rows(), random);
        double sum = 0;
        std::size_t steps = 0;
        for (std::size_t at = 0; at + s.batch <= order.size(); at += s.batch, ++steps) {
            const lam::dataset part = lam::select(data, std::span(order).subspan(at, s.batch));
            sum += (data.classes != 0 ? trainer.step(part.x, part.labels)
                                      : trainer.step(part.x, part.targets))
                       .loss;
        }
        each(epoch, sum / static_cast<double>(steps), trainer);
    }
}
template <class Model, class Loss, class Optimiser>
void learn(Model& model, const lam::dataset& data, Loss loss, Optimiser optimiser, schedule s) {
    learn(model, data, loss, optimiser, s, [](std::size_t, double, const auto&) {});
}

/// The outputs of all rows, one behind the other.
template <class Model>
std::vector<float> answers(const Model& model, const lam::dataset& data) {
    std::vector<float> out(data.rows() * Model::outputs);
    model.batch(data.x, out);
    return out;
}

/// The share of rows whose largest output is at the right class.
template <class Model>
double accuracy(const Model& model, const lam::dataset& data) {
    return lam::accuracy(answers(model, data), data.labels, Model::outputs);
}

/// The digits of examples/data: pixels from 0 to 1, labels, and the split of that file.
inline lam::two_parts digits() {
    const demo::dataset all = demo::read_dataset(RELU_DATA "/digits.bin");
    lam::two_parts parts;
    for (std::size_t i = 0; i < all.images.size(); ++i) {
        lam::dataset& part = i < all.train ? parts.train : parts.test;
        part.x.insert(part.x.end(), all.images[i].begin(), all.images[i].end());
        part.labels.push_back(static_cast<std::uint32_t>(all.labels[i]));
    }
    for (lam::dataset* part : {&parts.train, &parts.test}) {
        part->inputs = demo::pixels;
        part->classes = demo::classes;
    }
    return parts;
}

/// The first rows of a data set.
inline lam::dataset first(const lam::dataset& data, std::size_t rows) {
    std::vector<std::size_t> chosen(std::min(rows, data.rows()));
    for (std::size_t i = 0; i < chosen.size(); ++i)
        chosen[i] = i;
    return lam::select(data, chosen);
}

} // namespace relu
