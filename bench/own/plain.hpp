// SPDX-License-Identifier: MIT
#pragma once

// The activations as they are written by hand, with <cmath>, for the plain loops that a network is
// compared with. Named and made as the functors of kernel/ (ir/function.hpp), called with a value
// and its unit.

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace plain {

inline float share(float x) { return 1.0f / (1.0f + std::exp(-x)); }

struct relu {
    float operator()(float x, std::size_t) const { return x > 0.0f ? x : 0.0f; }
};
struct relu_with {
    float max_value, negative_slope, threshold;
    float operator()(float x, std::size_t) const {
        if (x >= max_value) return max_value;
        if (x >= threshold) return x;
        return negative_slope == 0.0f ? 0.0f : negative_slope * (x - threshold);
    }
};
struct leaky_relu {
    float negative_slope;
    float operator()(float x, std::size_t) const { return x >= 0.0f ? x : negative_slope * x; }
};
struct prelu {
    const float* slope;
    float operator()(float x, std::size_t unit) const { return x >= 0.0f ? x : slope[unit] * x; }
};
struct prelu_shared {
    const float* slope;
    float operator()(float x, std::size_t) const { return x >= 0.0f ? x : *slope * x; }
};
struct affine {
    const float* scale;
    const float* shift;
    float operator()(float x, std::size_t unit) const { return scale[unit] * x + shift[unit]; }
};
struct elu {
    float alpha;
    float operator()(float x, std::size_t) const { return x >= 0.0f ? x : alpha * std::expm1(x); }
};
struct selu {
    float operator()(float x, std::size_t) const {
        return x >= 0.0f ? 1.05070098735548049f * x : 1.75809934084737686f * std::expm1(x);
    }
};
struct celu {
    float alpha;
    float operator()(float x, std::size_t) const {
        return x >= 0.0f ? x : alpha * std::expm1(x / alpha);
    }
};
struct sigmoid {
    float operator()(float x, std::size_t) const { return share(x); }
};
struct tanh {
    float operator()(float x, std::size_t) const { return std::tanh(x); }
};
struct thresholded_relu {
    float alpha;
    float operator()(float x, std::size_t) const { return x > alpha ? x : 0.0f; }
};
struct hard_sigmoid {
    float alpha, beta;
    float operator()(float x, std::size_t) const {
        return std::clamp(alpha * x + beta, 0.0f, 1.0f);
    }
};
struct hard_swish {
    float operator()(float x, std::size_t) const {
        return x * std::clamp((x + 3.0f) / 6.0f, 0.0f, 1.0f);
    }
};
struct clip {
    float min_value, max_value;
    float operator()(float x, std::size_t) const { return std::clamp(x, min_value, max_value); }
};
struct shrink {
    float lambd, bias;
    float operator()(float x, std::size_t) const {
        return x < -lambd ? x + bias : x > lambd ? x - bias : 0.0f;
    }
};
struct silu {
    float operator()(float x, std::size_t) const { return x * share(x); }
};
struct swish {
    float alpha;
    float operator()(float x, std::size_t) const { return x * share(alpha * x); }
};
struct mish {
    float operator()(float x, std::size_t) const {
        return x * std::tanh(std::max(x, 0.0f) + std::log1p(std::exp(-std::abs(x))));
    }
};
struct gelu {
    float operator()(float x, std::size_t) const {
        return 0.5f * x * (1.0f + std::erf(x * 0.70710678118654752f));
    }
};
struct gelu_tanh {
    float operator()(float x, std::size_t) const {
        return 0.5f * x * (1.0f + std::tanh(0.79788456080286536f * (x + 0.044715f * x * x * x)));
    }
};
struct erf {
    float operator()(float x, std::size_t) const { return std::erf(x); }
};
struct softplus {
    float operator()(float x, std::size_t) const {
        return std::max(x, 0.0f) + std::log1p(std::exp(-std::abs(x)));
    }
};
struct softsign {
    float operator()(float x, std::size_t) const { return x / (1.0f + std::abs(x)); }
};
struct exp {
    float operator()(float x, std::size_t) const { return std::exp(x); }
};
struct log {
    float operator()(float x, std::size_t) const { return std::log(x); }
};
struct sqrt {
    float operator()(float x, std::size_t) const { return std::sqrt(x); }
};
struct abs {
    float operator()(float x, std::size_t) const { return std::abs(x); }
};
struct neg {
    float operator()(float x, std::size_t) const { return -x; }
};
struct reciprocal {
    float operator()(float x, std::size_t) const { return 1.0f / x; }
};
struct floor {
    float operator()(float x, std::size_t) const { return std::floor(x); }
};
struct ceil {
    float operator()(float x, std::size_t) const { return std::ceil(x); }
};
struct round {
    float operator()(float x, std::size_t) const { return std::nearbyint(x); }
};
struct sign {
    float operator()(float x, std::size_t) const {
        return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f;
    }
};
struct sin {
    float operator()(float x, std::size_t) const { return std::sin(x); }
};
struct cos {
    float operator()(float x, std::size_t) const { return std::cos(x); }
};
struct tan {
    float operator()(float x, std::size_t) const { return std::tan(x); }
};
struct asin {
    float operator()(float x, std::size_t) const { return std::asin(x); }
};
struct acos {
    float operator()(float x, std::size_t) const { return std::acos(x); }
};
struct atan {
    float operator()(float x, std::size_t) const { return std::atan(x); }
};
struct sinh {
    float operator()(float x, std::size_t) const { return std::sinh(x); }
};
struct cosh {
    float operator()(float x, std::size_t) const { return std::cosh(x); }
};
struct asinh {
    float operator()(float x, std::size_t) const { return std::asinh(x); }
};
struct acosh {
    float operator()(float x, std::size_t) const { return std::acosh(x); }
};
struct atanh {
    float operator()(float x, std::size_t) const { return std::atanh(x); }
};
struct square {
    float operator()(float x, std::size_t) const { return x * x; }
};

struct rsqrt {
    float epsilon;
    float operator()(float x, std::size_t) const { return 1.0f / std::sqrt(x + epsilon); }
};

// Of two values, by the names of their kinds.
inline float add(float a, float b) { return a + b; }
inline float subtract(float a, float b) { return a - b; }
inline float multiply(float a, float b) { return a * b; }
inline float divide(float a, float b) { return a / b; }
inline float maximum(float a, float b) { return a != a || a > b ? a : b; }
inline float minimum(float a, float b) { return a != a || a < b ? a : b; }
inline float less(float a, float b) { return a < b ? 1.0f : 0.0f; }
inline float less_equal(float a, float b) { return a <= b ? 1.0f : 0.0f; }
inline float equal(float a, float b) { return a == b ? 1.0f : 0.0f; }
inline float when(float a, float b) { return a != 0.0f ? b : -0.0f; }
inline float unless(float a, float b) { return a != 0.0f ? -0.0f : b; }
inline float power(float a, float b) { return std::pow(a, b); }

// Layers are called with a row, the result, its units, and what follows of the layer.

// One number of all units.
inline void sum(const float* x, float* y, std::size_t, std::size_t units) {
    float total = 0.0f;
    for (std::size_t u = 0; u < units; ++u)
        total += x[u];
    *y = total;
}
inline void mean(const float* x, float* y, std::size_t, std::size_t units) {
    sum(x, y, 1, units);
    *y /= static_cast<float>(units);
}
inline void mean_square(const float* x, float* y, std::size_t, std::size_t units) {
    float total = 0.0f;
    for (std::size_t u = 0; u < units; ++u)
        total += x[u] * x[u];
    *y = total / static_cast<float>(units);
}

// Each of `groups` parts by its mean and variance, or by the mean of its squares.
inline void layer_norm(const float* x, float* y, std::size_t units, std::size_t groups,
                       float epsilon, const float* scale, const float* shift) {
    const std::size_t part = units / groups;
    for (std::size_t g = 0; g < groups; ++g, x += part, y += part, scale += part, shift += part) {
        float centre = 0.0f, variance = 0.0f;
        mean(x, &centre, 1, part);
        for (std::size_t u = 0; u < part; ++u)
            variance += (x[u] - centre) * (x[u] - centre);
        const float factor = 1.0f / std::sqrt(variance / static_cast<float>(part) + epsilon);
        for (std::size_t u = 0; u < part; ++u)
            y[u] = (x[u] - centre) * factor * scale[u] + shift[u];
    }
}
inline void rms_norm(const float* x, float* y, std::size_t units, std::size_t groups, float epsilon,
                     const float* scale) {
    const std::size_t part = units / groups;
    for (std::size_t g = 0; g < groups; ++g, x += part, y += part, scale += part) {
        float square = 0.0f;
        mean_square(x, &square, 1, part);
        const float factor = 1.0f / std::sqrt(square + epsilon);
        for (std::size_t u = 0; u < part; ++u)
            y[u] = x[u] * factor * scale[u];
    }
}

// A distribution over each group of `units` values, in place; or its logarithm.
inline void softmax(float* x, std::size_t units, std::size_t groups, bool logarithm) {
    for (std::size_t g = 0; g < groups; ++g, x += units) {
        float largest = x[0];
        for (std::size_t u = 1; u < units; ++u)
            largest = x[u] > largest ? x[u] : largest;
        float sum = 0.0f;
        for (std::size_t u = 0; u < units; ++u)
            sum += std::exp(x[u] - largest);
        for (std::size_t u = 0; u < units; ++u)
            x[u] = logarithm ? x[u] - largest - std::log(sum) : std::exp(x[u] - largest) / sum;
    }
}

// Of a map [height, width, channels], channels last; an index in front of the first wraps around.
// Weights are [outputs, inputs of a group, window].
struct map {
    std::size_t height, width, channels;
    std::size_t out_height, out_width;
    std::size_t kernel_height, kernel_width;
    std::size_t stride_height, stride_width;
    std::size_t before_height, before_width;
    std::size_t dilation_height, dilation_width;
};

// Calls f(index of channel 0, tap) for what the window at a position has of the map.
template <class Function>
void each_in_window(const map& m, std::size_t row, std::size_t column, const Function& f) {
    for (std::size_t i = 0; i < m.kernel_height; ++i)
        for (std::size_t j = 0; j < m.kernel_width; ++j) {
            const std::size_t h = row * m.stride_height + i * m.dilation_height - m.before_height;
            const std::size_t w = column * m.stride_width + j * m.dilation_width - m.before_width;
            if (h < m.height && w < m.width)
                f((h * m.width + w) * m.channels, i * m.kernel_width + j);
        }
}

inline void conv(const float* x, float* y, const map& m, std::size_t outputs, std::size_t groups,
                 const float* weights, const float* bias) {
    const std::size_t inputs = m.channels / groups;
    const std::size_t taps = m.kernel_height * m.kernel_width;
    for (std::size_t r = 0; r < m.out_height; ++r)
        for (std::size_t c = 0; c < m.out_width; ++c)
            for (std::size_t o = 0; o < outputs; ++o) {
                const std::size_t first = o / (outputs / groups) * inputs;
                float sum = bias == nullptr ? 0.0f : bias[o];
                each_in_window(m, r, c, [&](std::size_t at, std::size_t tap) {
                    for (std::size_t k = 0; k < inputs; ++k)
                        sum += x[at + first + k] * weights[(o * inputs + k) * taps + tap];
                });
                *y++ = sum;
            }
}
inline void max_pool(const float* x, float* y, const map& m) {
    for (std::size_t r = 0; r < m.out_height; ++r)
        for (std::size_t c = 0; c < m.out_width; ++c)
            for (std::size_t k = 0; k < m.channels; ++k) {
                float largest = 0.0f;
                bool is_first = true;
                each_in_window(m, r, c, [&](std::size_t at, std::size_t) {
                    largest = is_first || x[at + k] > largest ? x[at + k] : largest;
                    is_first = false;
                });
                *y++ = largest;
            }
}
inline void average_pool(const float* x, float* y, const map& m, bool counts_padding) {
    for (std::size_t r = 0; r < m.out_height; ++r)
        for (std::size_t c = 0; c < m.out_width; ++c)
            for (std::size_t k = 0; k < m.channels; ++k) {
                float sum = 0.0f;
                std::size_t count = 0;
                each_in_window(m, r, c, [&](std::size_t at, std::size_t) {
                    sum += x[at + k];
                    ++count;
                });
                if (counts_padding) count = m.kernel_height * m.kernel_width;
                *y++ = sum / static_cast<float>(count);
            }
}

// The largest of each `pieces` values.
inline void maxout(const float* x, float* y, std::size_t units, std::size_t pieces, std::size_t,
                   std::size_t) {
    for (std::size_t u = 0; u < units; ++u) {
        y[u] = x[u * pieces];
        for (std::size_t p = 1; p < pieces; ++p)
            y[u] = x[u * pieces + p] > y[u] ? x[u * pieces + p] : y[u];
    }
}

} // namespace plain
