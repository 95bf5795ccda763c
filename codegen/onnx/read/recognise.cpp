// SPDX-License-Identifier: MIT
#include "recognise.hpp"

#include "../../graph/reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace laminate::codegen::onnx {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Where a function's tail is read: 2^-37 of it is no digit of a float that is subtracted from it.
constexpr double far = 0x1p16;

// Numbers that may be corners or attributes: the constants, their quotients, sums and differences.
std::vector<double> corners_of(const std::vector<double>& constants) {
    constexpr std::size_t most = 12; // with more, none are combined
    std::vector<double> all = {0.0};
    const auto add = [&all](double number) {
        const auto rounded = static_cast<double>(static_cast<float>(number));
        if (!std::isfinite(rounded)) return;
        all.push_back(rounded);
        all.push_back(-rounded);
    };
    for (double a : constants)
        add(a);
    if (constants.size() <= most)
        for (double a : constants)
            for (double b : constants)
                for (double number : {a / b, a + b, a - b})
                    add(number);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

// The floats that a function is tried on, a few that tell most functions apart first.
std::vector<double> trial_points(const std::vector<double>& corners) {
    std::vector<double> all = {0.0,  -0.0,  1.3, -1.3, 0.37, -0.37, 2.6,    -2.6,
                               0.05, -0.05, 5.1, -5.1, 40.0, -40.0, 0x1p20, -0x1p20};
    constexpr float largest = std::numeric_limits<float>::max();
    for (double corner : corners) {
        const auto x = static_cast<float>(corner);
        for (float at : {x, std::nextafter(x, largest), std::nextafter(x, -largest)})
            all.push_back(static_cast<double>(at));
    }
    for (int i = -300; i <= 300; ++i)
        all.push_back(0.0731 * i);
    for (int i = -100; i <= 100; ++i) {
        all.push_back(std::exp2(0.4 * i));
        all.push_back(-std::exp2(0.4 * i));
    }
    for (double& x : all)
        x = static_cast<double>(static_cast<float>(x));
    return all;
}

// The function on its points, computed when they are asked for: most layers differ at the first.
class trial {
public:
    explicit trial(const scalar_function& f)
        : f_(f), corners_(corners_of(f.numbers)), points_(trial_points(corners_)) {}

    double at(double x) const { return f_.at(x).value; }
    const std::vector<double>& corners() const { return corners_; }

    bool is(const ir::node& layer, double slope = 0.0) {
        std::size_t blurred = 0;
        for (std::size_t i = 0; i < points_.size(); ++i) {
            if (i == values_.size()) values_.push_back(f_.at(points_[i]));
            const double truth = reference::function_at(layer, points_[i], slope);
            const estimate& y = values_[i];
            const bool is_blurred = y.off > 0x1p-12 * (std::abs(y.value) + std::abs(points_[i]));
            if (is_blurred && ++blurred > points_.size() / 4) return false;
            if (!is_blurred && !agrees(points_[i], y, truth)) return false;
        }
        return true;
    }

private:
    // Half a digit of a float is no difference, and where the formula overflows that the layer
    // doesn't (an exp beyond 2^8) it says nothing.
    static bool agrees(double x, const estimate& y, double truth) {
        if (!std::isfinite(y.value) && std::isfinite(truth)) return std::abs(x) >= 0x1p8;
        if (!std::isfinite(y.value) || !std::isfinite(truth))
            return y.value == truth || (std::isnan(y.value) && std::isnan(truth));
        return std::abs(y.value - truth) <=
               y.off + 0x1p-25 * std::abs(truth) + 0x1p-48 * std::abs(x);
    }

    const scalar_function& f_;
    std::vector<double> corners_;
    std::vector<double> points_;
    std::vector<estimate> values_;
};

ir::node layer_of(ir::op kind, double alpha = 0.0, double beta = 0.0) {
    ir::node n;
    n.kind = kind;
    n.alpha = static_cast<float>(alpha);
    n.beta = static_cast<float>(beta);
    return n;
}

// The share of x that is left near where a gate is neither open nor closed, as swish's alpha.
double swish_alpha(const trial& f) {
    for (double x = 0x1p-36; x <= 0x1p36; x *= 2.0) {
        const double share = f.at(x) / x;
        if (share > 0.6 || share < 0.4) return std::log(share / (1.0 - share)) / x;
    }
    return 0.0;
}

// The layers that f can be, their attributes read off its tails, its value at 0 and its corners;
// plainer ones first.
std::vector<ir::node> candidates(const trial& f) {
    std::vector<ir::node> all;
    for (const ir::op kind :
         {ir::op::linear, ir::op::neg, ir::op::abs, ir::op::relu, ir::op::square,
          ir::op::reciprocal, ir::op::sqrt, ir::op::exp, ir::op::log, ir::op::sigmoid, ir::op::tanh,
          ir::op::hard_swish, ir::op::mish, ir::op::gelu, ir::op::gelu_tanh, ir::op::erf,
          ir::op::softplus, ir::op::softsign, ir::op::selu})
        all.push_back(layer_of(kind));
    const double low = f.at(-far);
    const double high = f.at(far);
    const double slope = (low - f.at(-2.0 * far)) / far;
    const double most = high == f.at(2.0 * far) ? high : infinity;
    all.push_back(layer_of(ir::op::leaky_relu, slope));
    all.push_back(layer_of(ir::op::elu, -low));
    if (low < 0.0) all.push_back(layer_of(ir::op::celu, -low));
    constexpr double step = 0x1p-20;
    all.push_back(layer_of(ir::op::hard_sigmoid, (f.at(step) - f.at(0.0)) / step, f.at(0.0)));
    const double alpha = swish_alpha(f);
    if (alpha >= 0x1p-30 && alpha <= 0x1p30) all.push_back(layer_of(ir::op::swish, alpha));
    ir::node clip = layer_of(ir::op::clip);
    clip.min_value = static_cast<float>(low == f.at(-2.0 * far) ? low : -infinity);
    clip.max_value = static_cast<float>(most);
    all.push_back(clip);
    for (double corner : f.corners()) {
        ir::node relu = layer_of(ir::op::relu, slope);
        relu.threshold = static_cast<float>(corner);
        relu.max_value = static_cast<float>(most);
        if (most > corner) all.push_back(relu);
        all.push_back(layer_of(ir::op::thresholded_relu, corner));
        if (corner < 0.0) continue;
        ir::node shrink = layer_of(ir::op::shrink, 0.0, far - high);
        shrink.threshold = relu.threshold;
        all.push_back(shrink);
    }
    std::erase_if(all, [](const ir::node& n) {
        return !std::isfinite(n.alpha) || !std::isfinite(n.beta) || std::isnan(n.max_value) ||
               !(n.min_value < n.max_value);
    });
    return all;
}

} // namespace

std::optional<ir::node> recognise(const scalar_function& f) {
    trial tried(f);
    for (const ir::node& layer : candidates(tried))
        if (tried.is(layer)) return layer;
    return std::nullopt;
}

std::optional<scaled_layer> recognise_scaled(const scalar_function& f) {
    if (const auto layer = recognise(f)) return scaled_layer{1.0, *layer, 1.0};
    for (const double inner : {1.0, -1.0}) {
        const double outer = (f.at(2.0 * inner * far).value - f.at(inner * far).value) / far;
        if (!std::isfinite(outer) || outer == 0.0) continue;
        scalar_function part = f;
        part.at = [&f, inner, outer](double x) {
            const estimate y = f.at(inner * x);
            return estimate{y.value / outer, std::abs(y.off / outer)};
        };
        if (const auto layer = recognise(part)) return scaled_layer{inner, *layer, outer};
    }
    return std::nullopt;
}

std::optional<double> recognise_prelu(const scalar_function& f) {
    const double slope = -f.at(-1.0).value;
    const bool found = std::isfinite(slope) && trial(f).is(layer_of(ir::op::prelu), slope);
    return found ? std::optional(slope) : std::nullopt;
}

} // namespace laminate::codegen::onnx
