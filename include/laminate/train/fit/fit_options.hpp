// SPDX-License-Identifier: MIT
#pragma once

// What fit() is told: how long, in which order, what to watch, to show and to write. Needs
// schedules and data sets. Promises that all defaults together train quietly to the end.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "../../base/compiler.hpp"
#include "../../base/random.hpp"
#include "../data/dataset.hpp"
#include "../look/metrics.hpp"
#include "early_stopping.hpp"
#include "history.hpp"
#include "progress.hpp"
#include "schedule.hpp"

namespace laminate::inline LAMINATE_ISA {

// A number that says how good outputs are for the rows of a data set.
struct metric {
    std::string name = {};
    std::function<double(std::span<const float> outputs, const dataset& data)> of = {};
    bool more_is_better = true;
};

// Of no rows there is nothing to measure.
[[nodiscard]] inline metric accuracy_metric() {
    return {"accuracy", [](std::span<const float> outputs, const dataset& data) {
                if (data.rows() == 0) return not_measured;
                return accuracy(outputs, data.labels, outputs.size() / data.rows());
            }};
}
[[nodiscard]] inline metric r2_metric() {
    return {"r2", [](std::span<const float> outputs, const dataset& data) {
                if (data.rows() == 0) return not_measured;
                return regress(outputs, data.targets, data.outputs).r2;
            }};
}

struct step_report {
    std::size_t epoch = 0; // counted from 1
    std::size_t batch = 0; // of the epoch, counted from 1
    std::size_t batches = 0;
    double loss = 0.0;
    double gradient_norm = 0.0;
};

struct fit_options {
    std::size_t epochs = 100;
    std::size_t batch = 32; // rows of a step; the last of an epoch may have fewer
    std::uint64_t seed = 1; // of the order of rows, and of augment's numbers

    schedule rate = constant(); // a factor of the optimiser's rate, asked in the middle of a step
    std::optional<reduce_on_plateau> plateau = {}; // watches the validation loss, else the loss
    std::optional<early_stopping> stopping = {};   // the best parameters are restored at the end
    std::optional<laminate::metric> metric = {};   // else accuracy of labels, R^2 of targets

    // Changes a copy of a row before each step that takes it: shifted images, noise.
    std::function<void(std::span<float> row, random_source&)> augment = {};

    // After each epoch, each step; false ends the run.
    std::function<bool(const epoch_report&)> on_epoch = {};
    std::function<bool(const step_report&)> on_batch = {};

    laminate::show show = show::automatic;
    std::FILE* stream = stderr;
    std::string csv_log = {};  // files of a line per epoch; empty: none
    std::string json_log = {}; // (each line is one JSON object)

    // A file that is written after so many epochs, and when the run ends before its last. If it is
    // there at the start, the run goes on from it, and says from where; the learning rate is that
    // of the trainer nevertheless. It is refused where it is of other data than this, unless
    // `any_data`; then an epoch that was begun begins anew, and what was best is forgotten.
    std::string checkpoint = {};
    std::size_t checkpoint_every = 1;
    bool any_data = false;

    // SIGINT (Ctrl-C) and SIGTERM end the run after the current step. The handlers are installed
    // only while fit() runs.
    bool catch_signals = true;
};

} // namespace laminate::inline LAMINATE_ISA
