// SPDX-License-Identifier: MIT
#pragma once

// Optimisers: how a step follows the gradient. Needs the rules in kernel/back/update.hpp. Promises
// the defaults of PyTorch where it has them, and the same bits on every machine. What check() finds
// wrong, the trainer throws.

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "../../base/compiler.hpp"
#include "../../base/error.hpp"
#include "../../base/standard.hpp"
#include "../../file/number_text.hpp"
#include "../../kernel/back/update.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

// base^exponent by products alone. (volatile: or a compiler may contract the last of them with the
// difference that it goes into.)
inline double power(double base, std::uint64_t exponent) {
    double result = 1.0;
    for (; exponent > 0; exponent /= 2, base *= base)
        if (exponent % 2 == 1) result *= base;
    const volatile double rounded = result;
    return rounded;
}

// The first of an optimiser's numbers that is wrong. Names are of its members.
class settings {
public:
    explicit settings(const char* of) : of_(of) {}

    settings& at_least_0(const char* name, float value) {
        return require(value >= 0.0f && value <= std::numeric_limits<float>::max(), name, value,
                       "a finite number of 0 or more");
    }
    settings& above_0(const char* name, float value) {
        return require(value > 0.0f && value <= std::numeric_limits<float>::max(), name, value,
                       "a finite number above 0");
    }
    settings& below_1(const char* name, float value) {
        return require(value >= 0.0f && value < 1.0f, name, value,
                       "a number of 0 or more and below 1");
    }
    settings& not_negative(const char* name, float value) { // an infinity is no bound
        return require(value >= 0.0f, name, value, "a number of 0 or more");
    }
    [[nodiscard]] std::optional<error> wrong() const { return wrong_; }

private:
    settings& require(bool right, const char* name, float value, const char* expected) {
        if (!right && !wrong_)
            wrong_ = error{
                sentence(of_, "::", name, ": expected ", expected, ", found ", text_of(value))};
        return *this;
    }

    const char* of_;
    std::optional<error> wrong_;
};

} // namespace detail

// w -= rate * v, where v = momentum * v + g; Nesterov's looks ahead: w -= rate * (g + momentum *
// v).
struct sgd {
    float learning_rate = 0.01f;
    float momentum = 0.0f;
    bool nesterov = false;
    float weight_decay = 0.0f; // decoupled: w -= rate * weight_decay * w, biases and slopes not

    static constexpr const char* moments_of = "sgd"; // whose meaning they have
    static constexpr std::size_t moments = 1;
    kernel::sgd_rule rule(std::uint64_t) const {
        return {-learning_rate, momentum, nesterov ? momentum : 0.0f, nesterov};
    }
    std::optional<error> check() const {
        return detail::settings("sgd")
            .at_least_0("learning_rate", learning_rate)
            .below_1("momentum", momentum)
            .at_least_0("weight_decay", weight_decay)
            .wrong();
    }
};

// w -= rate * g / (sqrt(s) + epsilon), where s = decay * s + (1 - decay) * g^2  (Hinton, 2012)
struct rmsprop {
    float learning_rate = 0.01f;
    float decay = 0.99f;
    float epsilon = 1e-8f;
    float weight_decay = 0.0f;

    static constexpr const char* moments_of = "rmsprop"; // whose meaning they have
    static constexpr std::size_t moments = 1;
    kernel::rmsprop_rule rule(std::uint64_t) const {
        return {-learning_rate, decay, static_cast<float>(1.0 - static_cast<double>(decay)),
                epsilon};
    }
    std::optional<error> check() const {
        return detail::settings("rmsprop")
            .at_least_0("learning_rate", learning_rate)
            .below_1("decay", decay)
            .above_0("epsilon", epsilon)
            .at_least_0("weight_decay", weight_decay)
            .wrong();
    }
};

// w -= rate * m' / (sqrt(v') + epsilon), where m = beta1 * m + (1 - beta1) * g, v = beta2 * v +
// (1 - beta2) * g^2, and m' = m / (1 - beta1^t), v' = v / (1 - beta2^t)  (Kingma and Ba, 2015)
struct adam {
    float learning_rate = 1e-3f;
    float beta1 = 0.9f;
    float beta2 = 0.999f;
    float epsilon = 1e-8f;
    float weight_decay = 0.0f;

    static constexpr const char* moments_of = "adam"; // whose meaning they have
    static constexpr std::size_t moments = 2;
    // Of step number t, counted from 1. Both corrections go into the rate and epsilon.
    kernel::adam_rule rule(std::uint64_t t) const {
        const double first = 1.0 - detail::power(static_cast<double>(beta1), t);
        const double second = std::sqrt(1.0 - detail::power(static_cast<double>(beta2), t));
        return {static_cast<float>(-(static_cast<double>(learning_rate) * second) / first),
                static_cast<float>(1.0 - static_cast<double>(beta1)), beta2,
                static_cast<float>(1.0 - static_cast<double>(beta2)),
                static_cast<float>(static_cast<double>(epsilon) * second)};
    }
    std::optional<error> check(const char* name = "adam") const {
        return detail::settings(name)
            .at_least_0("learning_rate", learning_rate)
            .below_1("beta1", beta1)
            .below_1("beta2", beta2)
            .above_0("epsilon", epsilon)
            .at_least_0("weight_decay", weight_decay)
            .wrong();
    }
};

// Adam with decoupled weight decay  (Loshchilov and Hutter, 2019)
struct adamw {
    float learning_rate = 1e-3f;
    float beta1 = 0.9f;
    float beta2 = 0.999f;
    float epsilon = 1e-8f;
    float weight_decay = 0.01f;

    static constexpr const char* moments_of = "adam"; // whose meaning they have
    static constexpr std::size_t moments = 2;
    kernel::adam_rule rule(std::uint64_t t) const {
        return adam{learning_rate, beta1, beta2, epsilon, weight_decay}.rule(t);
    }
    std::optional<error> check() const {
        return adam{learning_rate, beta1, beta2, epsilon, weight_decay}.check("adamw");
    }
};

template <class T>
concept optimiser = requires(const T& t) {
    { t.learning_rate } -> std::convertible_to<float>;
    { t.weight_decay } -> std::convertible_to<float>;
    { T::moments } -> std::convertible_to<std::size_t>;
    t.rule(std::uint64_t{1});
};

} // namespace laminate::inline LAMINATE_ISA
