// SPDX-License-Identifier: MIT
#pragma once

// Losses: how far outputs are from their targets, as one number to make small. Needs
// kernel/back/loss.hpp and kernel/back/cross_entropy.hpp. Promises means over rows (and, but for
// softmax_cross_entropy, over the numbers of a row), weighted by the rows' weights where these are
// given, and gradients that are right where an activation saturates.

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../base/error.hpp"
#include "../../file/number_text.hpp"
#include "../../ir/node.hpp"
#include "../../kernel/back/loss.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

// A weight that multiplies a term of a loss.
inline bool is_weight(float w) { return w >= 0.0f && std::isfinite(w); }

// What is wrong with a loss's weights for `outputs` outputs; none at all are right.
inline std::optional<error> wrong_weights(const char* name, std::span<const float> weights,
                                          std::size_t outputs) {
    if (weights.empty()) return std::nullopt;
    if (weights.size() != outputs)
        return error{sentence(name, ": expected ", outputs,
                              " weights, one for each output of the network, or none, found ",
                              weights.size())};
    const auto bad = std::find_if_not(weights.begin(), weights.end(), is_weight);
    if (bad == weights.end()) return std::nullopt;
    return error{sentence(name, ": expected finite weights of 0 or more, found ", text_of(*bad),
                          " at position ", bad - weights.begin())};
}

} // namespace detail

// What every loss says of itself: the activation at the end of a network that it is computed
// together with (`joined`; input stands for none), whether a network with so many outputs and such
// an end fits it, and how it looks at a number. Where it has numbers of its own, check() says what
// is wrong with them; where targets must be from 0 to 1, it is `of_probabilities`.

// The mean of (y - t)^2.
struct mean_squared_error {
    static constexpr ir::op joined = ir::op::input; // none
    static constexpr bool fits(std::size_t, ir::op) { return true; }
    kernel::squared_error term() const { return {}; }
};

// The mean of |y - t|; its slope at 0 is taken as 0.
struct mean_absolute_error {
    static constexpr ir::op joined = ir::op::input;
    static constexpr bool fits(std::size_t, ir::op) { return true; }
    kernel::absolute_error term() const { return {}; }
};

// The mean of e^2 / 2 where |e| <= delta, else of delta * (|e| - delta / 2), with e = y - t.
struct huber {
    float delta = 1.0f;

    static constexpr ir::op joined = ir::op::input;
    static constexpr bool fits(std::size_t, ir::op) { return true; }
    kernel::huber_error term() const { return {delta}; }
    std::optional<error> check(std::size_t) const {
        if (delta > 0.0f) return std::nullopt;
        return error{
            sentence("huber::delta: expected more than 0, found ", detail::text_of(delta))};
    }
};

// The mean of -c t ln p - (1 - t) ln(1 - p), for one output or several that are independent of each
// other, with t from 0 to 1. The network ends in a sigmoid, whose value is p, or in logits. c, the
// weight of positive targets, is 1, or one number for each output.
struct binary_cross_entropy {
    std::vector<float> positive_weights = {};

    static constexpr bool of_probabilities = true;
    static constexpr ir::op joined = ir::op::sigmoid;
    static constexpr bool fits(std::size_t, ir::op last) {
        return last != ir::op::softmax && last != ir::op::log_softmax;
    }
    kernel::logistic_error term() const {
        return {positive_weights.empty() ? nullptr : positive_weights.data()};
    }
    std::optional<error> check(std::size_t outputs) const {
        return detail::wrong_weights("binary_cross_entropy::positive_weights", positive_weights,
                                     outputs);
    }
};

// The mean of -ln p[class], or of -sum of t[k] ln p[k] where targets are probabilities. The network
// ends in a softmax, whose values are p, or in logits (for which a log_softmax will do). With class
// weights c it is the mean weighted by c[class]; of probabilities each term is multiplied by c[k],
// and the sum divided by that of all c[k] t[k].
struct softmax_cross_entropy {
    std::vector<float> class_weights = {};

    static constexpr bool of_probabilities = true;
    static constexpr ir::op joined = ir::op::softmax;
    static constexpr bool fits(std::size_t outputs, ir::op last) {
        return outputs > 1 && last != ir::op::sigmoid;
    }
    std::optional<error> check(std::size_t outputs) const {
        constexpr const char* name = "softmax_cross_entropy::class_weights";
        if (auto why = detail::wrong_weights(name, class_weights, outputs)) return why;
        if (class_weights.empty() ||
            std::ranges::any_of(class_weights, [](float w) { return w > 0.0f; }))
            return std::nullopt;
        return error{
            sentence(name, ": expected a weight above 0, found none, so nothing is learned")};
    }
};

template <class T>
concept loss = requires(const T& t) {
    { T::joined } -> std::convertible_to<ir::op>;
    { T::fits(std::size_t{1}, ir::op::dense) } -> std::same_as<bool>;
};

// A loss of one of several outputs, and what it counts.
template <loss Loss>
struct weighted {
    Loss of;
    float weight = 1.0f;
};
template <class Loss>
weighted(Loss) -> weighted<Loss>;
template <class Loss>
weighted(Loss, float) -> weighted<Loss>;

// A loss for each output, in their order: the sum of all, each times its weight.
template <loss... Losses>
struct loss_list {
    std::tuple<weighted<Losses>...> each;
};

namespace detail {

template <loss Loss>
constexpr weighted<Loss> with_weight(Loss l) {
    return {std::move(l)};
}
template <loss Loss>
constexpr weighted<Loss> with_weight(weighted<Loss> l) {
    return l;
}
template <class Loss>
using loss_in = decltype(with_weight(std::declval<Loss>()).of);

template <class T>
inline constexpr bool is_loss_list = false;
template <loss... Losses>
inline constexpr bool is_loss_list<loss_list<Losses...>> = true;

// One loss is a list of one.
template <loss Loss>
constexpr loss_list<Loss> listed(Loss l) {
    return {{{std::move(l)}}};
}
template <loss... Losses>
constexpr loss_list<Losses...> listed(loss_list<Losses...> l) {
    return l;
}

} // namespace detail

// losses(mean_squared_error{}, weighted{softmax_cross_entropy{}, 0.5f})
template <class... Losses>
constexpr loss_list<detail::loss_in<Losses>...> losses(Losses... l) {
    return {{detail::with_weight(std::move(l))...}};
}

// What a network is trained with.
template <class T>
concept training_loss = loss<T> || detail::is_loss_list<T>;

// Whose targets may be classes.
template <class T>
concept loss_of_classes = loss<T> && requires(const T& t) {
    t.class_weights;
};

} // namespace laminate::inline LAMINATE_ISA
