// SPDX-License-Identifier: MIT
#pragma once

// How the learning rate changes while training: factors of the optimiser's own rate, by the time
// that has passed, in epochs. Needs the standard library. Promises the same bits on every machine:
// sums, products and fma alone, no pow and no cos of a libm.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/error.hpp"
#include "../../base/standard.hpp"
#include "../../file/number_text.hpp"

namespace laminate::inline LAMINATE_ISA {

// The factor at a time t >= 0 in epochs: 2.5 is in the middle of the third. Any function will do.
using schedule = std::function<double(double epochs)>;

namespace detail {

// base^exponent by squaring: products alone.
constexpr double repeated_product(double base, std::size_t exponent) {
    double result = 1.0;
    for (; exponent != 0; exponent /= 2, base *= base)
        if (exponent % 2 == 1) result *= base;
    return result;
}

// 1 + cos(pi x) for x in [0, 1], to 1e-11: the sine's series, about the middle, where |y| <= pi
// / 2.
inline double raised_cosine(double x) {
    const double y = 3.141592653589793 * (0.5 - x);
    const double square = y * y;
    double sum = 0.0;
    for (const double c : {-1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880,
                           -1.0 / 5040, 1.0 / 120, -1.0 / 6, 1.0})
        sum = std::fma(sum, square, c);
    return std::fma(y, sum, 1.0);
}

// Of a time that isn't one, such as -1 or NaN, 0.
inline std::size_t whole(double epochs) {
    return epochs >= 0.0 ? static_cast<std::size_t>(std::min(epochs, 0x1p53)) : 0;
}

} // namespace detail

[[nodiscard]] inline schedule constant() {
    return [](double) { return 1.0; };
}

// Times `factor` after every `epochs`.
[[nodiscard]] inline schedule step_decay(std::size_t epochs, double factor) {
    return [=](double t) {
        return detail::repeated_product(factor,
                                        detail::whole(t) / std::max<std::size_t>(epochs, 1));
    };
}

// Times `factor` after each epoch.
[[nodiscard]] inline schedule exponential(double factor) { return step_decay(1, factor); }

// Half a cosine from 1 down to `lowest`, reached after `epochs`, at once if these aren't above 0
// (Loshchilov and Hutter, 2017).
[[nodiscard]] inline schedule cosine(double epochs, double lowest = 0.0) {
    return [=](double t) {
        const double wave =
            detail::raised_cosine(t < epochs ? std::clamp(t / epochs, 0.0, 1.0) : 1.0);
        return std::fma((1.0 - lowest) * 0.5, wave, lowest);
    };
}

// A straight line from 0 up to `then` over the first `epochs`; then's own time starts at 0. An
// empty `then` is constant().
[[nodiscard]] inline schedule warm_up(double epochs, schedule then = constant()) {
    if (!then) then = constant();
    return [=, then = std::move(then)](double t) {
        return t < epochs ? t / epochs * then(t) : then(t);
    };
}

// Reduces the rate when what is watched no longer falls. A value of its own, so that a checkpoint
// can keep it.
struct reduce_on_plateau {
    double factor = 0.1;
    std::size_t patience = 10; // epochs without improvement that are borne
    double by = 1e-4;          // less than this share is no improvement
    double lowest = 0.0;       // of the factor

    [[nodiscard]] std::optional<error> check() const {
        const auto bounded = [](double x, double most) { return x >= 0.0 && x <= most; };
        if (bounded(factor, 1.0) && bounded(by, 1.0) && bounded(lowest, 1.0)) return std::nullopt;
        return error{sentence("reduce_on_plateau: expected a factor, a share `by` and a `lowest` "
                              "from 0 to 1, found ",
                              detail::text_of(factor), ", ", detail::text_of(by), " and ",
                              detail::text_of(lowest))};
    }

    // The state.
    double current = 1.0;
    double best = std::numeric_limits<double>::infinity();
    std::size_t waited = 0;

    // After an epoch; returns the factor from now on.
    double observe(double loss) {
        if (loss < std::fma(-by, std::fabs(best), best) ||
            best == std::numeric_limits<double>::infinity()) {
            best = loss;
            waited = 0;
        } else if (++waited > patience) {
            current = std::max(lowest, current * factor);
            waited = 0;
        }
        return current;
    }
};

} // namespace laminate::inline LAMINATE_ISA
