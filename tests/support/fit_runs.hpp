// SPDX-License-Identifier: MIT
#pragma once

// A small network, rows that it learns, and whole runs of it, for tests of `fit` and of
// checkpoints. Needs Catch2. Promises that a run is the same each time.

#include "catch.hpp"
#include "paths.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/train/fit/fit.hpp>
#include <laminate/train/steps/initialise.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace laminate::test {

namespace lam = laminate;

// The dropout makes a run depend on the number of its steps.
struct net : lam::network<lam::input<2> | lam::dense<20> | lam::relu | lam::dropout<0.1f> |
                          lam::dense<2> | lam::softmax> {};

// Whether both numbers have the same sign.
inline lam::dataset quadrants(std::size_t rows, std::uint64_t seed) {
    lam::dataset data;
    data.inputs = 2;
    data.classes = 2;
    lam::random_source random(seed);
    for (std::size_t row = 0; row < rows; ++row) {
        const float a = random.uniform(1.0f);
        const float b = random.uniform(1.0f);
        data.x.insert(data.x.end(), {a, b});
        data.labels.push_back(a * b > 0.0f ? 1 : 0);
    }
    return data;
}
inline const lam::dataset train_rows = quadrants(200, 1);
inline const lam::dataset test_rows = quadrants(100, 2);

inline std::string scratch(const char* name) {
    return laminate::test::paths::scratch + "/fit_" + name;
}
inline std::string content(const std::string& path) {
    return lam::read_file(path, 1 << 20).value();
}

struct outcome {
    lam::model<net> model;
    lam::history history;
};
inline lam::fit_options quiet(std::size_t epochs) {
    lam::fit_options options;
    options.epochs = epochs;
    options.show = lam::show::nothing;
    return options;
}
using trainer = lam::trainer<lam::model<net>, lam::softmax_cross_entropy, lam::adam>;

inline outcome train(const lam::fit_options& options, float rate = 0.01f) {
    outcome o;
    lam::initialise_auto(o.model, 5);
    trainer t(o.model, {}, {.learning_rate = rate});
    o.history = lam::fit(t, train_rows, test_rows, options);
    CHECK(t.learning_rate() == rate);
    return o;
}

inline bool same_numbers(const lam::history& a, const lam::history& b) {
    if (a.epochs.size() != b.epochs.size()) return false;
    for (std::size_t i = 0; i < a.epochs.size(); ++i)
        if (a.epochs[i].loss != b.epochs[i].loss || a.epochs[i].metric != b.epochs[i].metric ||
            a.epochs[i].validation_loss != b.epochs[i].validation_loss ||
            a.epochs[i].rate != b.epochs[i].rate)
            return false;
    return true;
}

} // namespace laminate::test
