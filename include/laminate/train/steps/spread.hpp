// SPDX-License-Identifier: MIT
#pragma once

// How starting weights spread, by the numbers of inputs of an output and of outputs that an input
// reaches: the rules that initialise<Rule>() takes. Of a convolution these are those of a window,
// and outputs times taps, as in PyTorch and Keras. Needs random numbers. Promises the same bits for
// a seed everywhere.

#include <cstddef>
#include <limits>

#include "../../base/compiler.hpp"
#include "../../base/random.hpp"
#include "../../base/standard.hpp"
#include "../../pack/exact_sqrt.hpp"
#include "normal.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

constexpr double ratio(double numerator, std::size_t denominator) {
    return pack::newton_root(numerator / static_cast<double>(denominator));
}

} // namespace detail

// Evenly in [-limit, limit).
struct he_uniform { // sqrt(6 / inputs), for the ReLU family (He et al., 2015)
    static constexpr double limit(std::size_t inputs, std::size_t) {
        return detail::ratio(6.0, inputs);
    }
};
struct glorot_uniform { // sqrt(6 / (inputs + outputs)), for tanh and sigmoid (Glorot, Bengio, 2010)
    static constexpr double limit(std::size_t inputs, std::size_t outputs) {
        return detail::ratio(6.0, inputs + outputs);
    }
};
struct lecun_uniform { // sqrt(3 / inputs), which keeps the variance of linear units (LeCun, 1998)
    static constexpr double limit(std::size_t inputs, std::size_t) {
        return detail::ratio(3.0, inputs);
    }
};

// Normally, of mean 0 and this standard deviation; nothing is cut off.
struct he_normal {
    static constexpr double deviation(std::size_t inputs, std::size_t) {
        return detail::ratio(2.0, inputs);
    }
};
struct glorot_normal {
    static constexpr double deviation(std::size_t inputs, std::size_t outputs) {
        return detail::ratio(2.0, inputs + outputs);
    }
};
struct lecun_normal {
    static constexpr double deviation(std::size_t inputs, std::size_t) {
        return detail::ratio(1.0, inputs);
    }
};

// All weights the same: for experiments, since units that start equal stay equal.
template <float Value>
struct constant_weights {
    static_assert(Value >= -std::numeric_limits<float>::max() &&
                      Value <= std::numeric_limits<float>::max(),
                  "Laminate: weights start at a finite number");
    static constexpr float value = Value;
};

// Evenly, or normally, by a number of one's own: for experiments with weights too small or large.
template <float Limit>
struct uniform_weights {
    static_assert(Limit >= 0.0f && Limit <= std::numeric_limits<float>::max(),
                  "Laminate: the limit of weights is a finite number of 0 or more");
    static constexpr double limit(std::size_t, std::size_t) { return static_cast<double>(Limit); }
};
template <float Deviation>
struct normal_weights {
    static_assert(Deviation >= 0.0f && Deviation <= std::numeric_limits<float>::max(),
                  "Laminate: the deviation of weights is a finite number of 0 or more");
    static constexpr double deviation(std::size_t, std::size_t) {
        return static_cast<double>(Deviation);
    }
};

namespace detail {

// The weights of one layer, times `gain`, output by output.
template <class Rule, class Weights>
constexpr void start_weights(Weights weights, double gain, random_source& random) {
    constexpr std::size_t inputs = Weights::inputs();
    constexpr std::size_t reached = Weights::reached();
    if constexpr (requires { Rule::fill(weights, gain, random); }) {
        Rule::fill(weights, gain, random);
    } else {
        for (std::size_t o = 0; o < Weights::outputs(); ++o) {
            for (std::size_t i = 0; i < inputs; ++i) {
                if constexpr (requires { Rule::value; })
                    weights(o, i) = Rule::value;
                else if constexpr (requires { Rule::limit(inputs, reached); })
                    weights(o, i) =
                        random.uniform(static_cast<float>(gain * Rule::limit(inputs, reached)));
                else
                    weights(o, i) = static_cast<float>(normal(random) *
                                                       (gain * Rule::deviation(inputs, reached)));
            }
        }
    }
}

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA
