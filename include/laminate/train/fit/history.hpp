// SPDX-License-Identifier: MIT
#pragma once

// What happened in a training run, epoch by epoch, as values and as lines of CSV or JSON. Needs
// numbers as text. Promises that two runs of one seed have equal histories but for their seconds.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../base/error.hpp"
#include "../../file/json.hpp"
#include "../../file/number_text.hpp"

namespace laminate::inline LAMINATE_ISA {

inline constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

struct epoch_report {
    std::size_t epoch = 0;                 // counted from 1
    double loss = not_measured;            // the mean over the rows, while training
    double validation_loss = not_measured; // of the validation rows, after the epoch
    double metric = not_measured;          // of the validation rows, else of the training rows
    double rate = not_measured;            // the learning rate of the last step
    double seconds = 0.0;
};

enum class stop_reason : std::uint8_t {
    finished,    // all epochs
    early,       // no improvement for as long as was allowed
    callback,    // on_epoch or on_batch returned false
    interrupted, // by SIGINT or SIGTERM; a checkpoint, if asked for, has been written
    diverged,    // a loss, gradient or parameter was no longer finite
};

constexpr const char* name(stop_reason r) {
    constexpr const char* names[] = {"finished", "early", "callback", "interrupted", "diverged"};
    return names[static_cast<std::size_t>(r)];
}

struct history {
    std::vector<epoch_report> epochs = {};
    // Counted from 1: where what early stopping watches was best, without it the validation loss,
    // else the loss; 0 if that was no number in any epoch.
    std::size_t best_epoch = 0;
    double best = not_measured; // what was watched, then
    bool restored = false;      // the model has the parameters of the best epoch, not the last
    stop_reason stopped = stop_reason::finished;
    std::string message = {}; // of a diverged run: where and when
    std::string resumed = {}; // of a run that went on from a checkpoint: where, and what is new
};

namespace detail {

// A metric may have any name: as a field of CSV it is in quotes where it needs them.
inline std::string csv_header(const std::string& metric) {
    std::string field;
    for (const char c : metric)
        field += c == '"' ? std::string("\"\"") : std::string(1, c);
    if (metric.find_first_of("\",\r\n") != std::string::npos) field = "\"" + field + "\"";
    return "epoch,loss,validation_loss," + field + ",rate,seconds\n";
}

// A number that wasn't measured is an empty field.
inline std::string csv_line(const epoch_report& r) {
    const auto field = [](double x) { return std::isnan(x) ? "" : text_of(x); };
    return sentence(r.epoch, ",", field(r.loss), ",", field(r.validation_loss), ",",
                    field(r.metric), ",", field(r.rate), ",", rounded(r.seconds, 6), "\n");
}

// JSON has no infinities and no NaN: null.
inline std::string json_line(const epoch_report& r, const std::string& metric) {
    const auto number = [](double x) { return std::isfinite(x) ? text_of(x) : "null"; };
    std::string key;
    json::append_string(key, metric);
    return sentence("{\"epoch\":", r.epoch, ",\"loss\":", number(r.loss),
                    ",\"validation_loss\":", number(r.validation_loss), ",", key, ":",
                    number(r.metric), ",\"rate\":", number(r.rate),
                    ",\"seconds\":", rounded(r.seconds, 6), "}\n");
}

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA
