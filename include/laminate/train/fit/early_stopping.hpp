// SPDX-License-Identifier: MIT
#pragma once

// Ends a run that no longer improves, and remembers when it was best. A plain value, which a
// checkpoint keeps.

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

#include "../../base/error.hpp"
#include "../../file/number_text.hpp"

#include "../../base/compiler.hpp"
#include "../../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA {

struct early_stopping {
    std::size_t patience = 10; // epochs without improvement that are borne
    double by = 0.0;           // an improvement is larger than this
    bool watch_metric = false; // else the validation loss, or without validation rows the loss

    [[nodiscard]] std::optional<error> check() const {
        if (by >= 0.0 && std::isfinite(by)) return std::nullopt;
        return error{sentence("early_stopping::by: expected a finite number of 0 or more, found ",
                              detail::text_of(by))};
    }

    // The state: what is watched, negated where more is better.
    double best = std::numeric_limits<double>::infinity();
    std::size_t best_epoch = 0;
    std::size_t waited = 0;

    // After an epoch. Whether it is the best so far.
    bool observe(double watched, std::size_t epoch) {
        if (watched < best - by) {
            best = watched;
            best_epoch = epoch;
            waited = 0;
            return true;
        }
        ++waited;
        return false;
    }
    [[nodiscard]] bool enough() const { return waited > patience; }
};

} // namespace laminate::inline LAMINATE_ISA
