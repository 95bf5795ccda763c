// SPDX-License-Identifier: MIT
#include "causes.hpp"

#include <laminate/file/half.hpp>
#include <laminate/ir/describe.hpp>
#include <laminate/ir/kind/table.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include "../graph/likely.hpp"
#include "array_file.hpp"

namespace laminate::codegen::tool {

namespace {

using doubles = std::vector<double>;

doubles outputs_of(const graph& network, std::span<const float> inputs) {
    doubles outputs;
    for (std::size_t at = 0; at < inputs.size(); at += network.inputs()) {
        const std::vector<doubles> values = reference::evaluate(
            reference::plain<double>{}, std::span(network.nodes), std::span(network.parameters),
            reference::numbers_of<double>(inputs.subspan(at, network.inputs())));
        const doubles last = reference::outputs(network.nodes, values);
        outputs.insert(outputs.end(), last.begin(), last.end());
    }
    return outputs;
}

double largest_difference(std::span<const double> a, std::span<const double> b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double off = std::abs(a[i] - b[i]);
        if (!(off <= largest) && !std::isnan(largest)) largest = off; // a NaN stays
    }
    return largest;
}

// The rows that are looked at, and what the model really gives for them.
struct investigation {
    const graph& network;
    observation seen;
    std::span<const float> all_inputs; // those of `seen` are the first of them
    doubles model;

    // A guess explains what was seen if it is right to five digits, and ten times better than none.
    bool explains(const doubles& guess) const {
        double size = 0.0;
        for (const double v : seen.outputs)
            size = std::max(size, std::abs(v));
        const double off = largest_difference(guess, seen.outputs);
        return off <= 1e-5 * size && off <= 0.1 * largest_difference(model, seen.outputs);
    }
    bool explains(const graph& guess) const { return explains(outputs_of(guess, seen.inputs)); }
    std::size_t rows() const { return seen.outputs.size() / network.outputs(); }
    std::string layer(std::size_t node) const {
        const std::string& origin = network.origins[node];
        return ir::text::layer(network.nodes[node]) + (origin.empty() ? "" : " (" + origin + ")");
    }
};

using cause = std::optional<std::string>;

template <class Numbers>
bool has_nan(const Numbers& numbers) {
    return std::any_of(numbers.begin(), numbers.end(), [](auto n) { return std::isnan(n); });
}

cause not_a_number(const investigation& i) {
    if (has_nan(i.seen.inputs)) return "the inputs have NaN";
    if (has_nan(i.seen.outputs))
        return "the expected outputs have NaN: they were overflowing, or "
               "divided zero by zero, where they were made";
    if (has_nan(i.model)) return "the model gives NaN: a weight that isn't finite, or an overflow";
    return std::nullopt;
}

doubles each_row(const investigation& i, doubles (*change)(std::span<const double>)) {
    doubles all;
    const std::size_t width = i.network.outputs();
    for (std::size_t r = 0; r < i.rows(); ++r) {
        const doubles changed = change(std::span(i.model).subspan(r * width, width));
        all.insert(all.end(), changed.begin(), changed.end());
    }
    return all;
}

doubles softmax(std::span<const double> x) {
    const double maximum = *std::max_element(x.begin(), x.end());
    doubles y;
    for (const double v : x)
        y.push_back(std::exp(v - maximum));
    const double sum = std::accumulate(y.begin(), y.end(), 0.0);
    for (double& v : y)
        v /= sum;
    return y;
}

doubles sigmoid(std::span<const double> x) {
    doubles y;
    for (const double v : x)
        y.push_back(1.0 / (1.0 + std::exp(-v)));
    return y;
}

doubles logarithm(std::span<const double> x) {
    doubles y;
    for (const double v : x)
        y.push_back(std::log(v));
    return y;
}

cause missing_activation(const investigation& i) {
    if (i.network.outputs() > 1 && i.explains(each_row(i, softmax)))
        return "softmax is missing at the end of the model: with it the outputs agree";
    if (i.explains(each_row(i, sigmoid)))
        return "sigmoid is missing at the end of the model: with it the outputs agree";
    if (i.explains(each_row(i, logarithm)))
        return "the expected outputs are logarithms of the model's (log-softmax for softmax?)";
    return std::nullopt;
}

// Layer by layer without it: an activation or a normalisation that only one side has.
cause extra_layer(const investigation& i) {
    for (std::size_t n = i.network.nodes.size(); n-- > 1;) {
        const ir::op kind = i.network.nodes[n].kind;
        if ((!ir::is_elementwise(kind) && kind != ir::op::softmax) || ir::is_identity(kind))
            continue;
        graph guess = i.network;
        guess.nodes[n].kind = ir::op::linear;
        if (i.explains(guess))
            return fmt::format("the expected outputs were made without {}: it is missing there",
                               i.layer(n));
    }
    return std::nullopt;
}

cause transposed_weights(const investigation& i) {
    for (std::size_t n = 1; n < i.network.nodes.size(); ++n) {
        const std::vector<double>& weights = i.network.parameters[n].weights();
        const std::size_t units = i.network.nodes[n].units;
        if (i.network.nodes[n].kind != ir::op::dense || weights.size() != units * units) continue;
        graph guess = i.network;
        for (std::size_t o = 0; o < units; ++o)
            for (std::size_t k = 0; k < units; ++k)
                guess.parameters[n].weights()[o * units + k] = weights[k * units + o];
        if (i.explains(guess)) return fmt::format("the weights of {} are transposed", i.layer(n));
    }
    return std::nullopt;
}

cause input_scale(const investigation& i) {
    struct scaling {
        double factor, shift;
        const char* sentence;
    };
    constexpr scaling tried[] = {
        {1.0 / 255.0, 0.0, "divided by 255"},    {1.0 / 127.5, -1.0, "scaled from 0..255 to -1..1"},
        {255.0, 0.0, "multiplied by 255"},       {2.0, -1.0, "scaled from 0..1 to -1..1"},
        {0.5, 0.5, "scaled from -1..1 to 0..1"}, {-1.0, 0.0, "negated"},
        {-1.0, 1.0, "inverted (1 - x)"},
    };
    for (const scaling& s : tried) {
        std::vector<float> inputs;
        for (const float x : i.seen.inputs)
            inputs.push_back(static_cast<float>(static_cast<double>(x) * s.factor + s.shift));
        if (i.explains(outputs_of(i.network, inputs)))
            return fmt::format("normalisation of the inputs is missing: with inputs {} the outputs "
                               "agree",
                               s.sentence);
    }
    return std::nullopt;
}

// (x - centre) / scale.
struct normalisation {
    double centre = 0.0;
    double scale = 1.0;
};

// Of every `step`-th number from `first` on, to mean 0 and deviation 1. What is always the same
// becomes 0.
normalisation to_deviation_1(std::span<const float> x, std::size_t first, std::size_t step) {
    const auto count = static_cast<double>((x.size() - first + step - 1) / step);
    double mean = 0.0, square = 0.0;
    for (std::size_t at = first; at < x.size(); at += step)
        mean += static_cast<double>(x[at]) / count;
    for (std::size_t at = first; at < x.size(); at += step)
        square += (static_cast<double>(x[at]) - mean) * (static_cast<double>(x[at]) - mean) / count;
    return {mean, square > 0.0 ? std::sqrt(square) : 1.0};
}

normalisation to_0_and_1(std::span<const float> x, std::size_t first, std::size_t step) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (std::size_t at = first; at < x.size(); at += step) {
        low = std::min(low, static_cast<double>(x[at]));
        high = std::max(high, static_cast<double>(x[at]));
    }
    return {low, high > low ? high - low : 1.0};
}

struct normalised {
    std::string words;
    doubles outputs; // of the network, with inputs normalised so
};

// By what all inputs that were given have, together or each by itself.
std::vector<normalised> normalised_in_all_ways(const investigation& i) {
    const std::size_t width = i.network.inputs();
    std::vector<normalised> ways;
    for (const auto measure : {to_deviation_1, to_0_and_1})
        for (const std::size_t step : {std::size_t{1}, width}) {
            std::vector<float> inputs(i.seen.inputs.begin(), i.seen.inputs.end());
            for (std::size_t unit = 0; unit < step; ++unit) {
                const normalisation by = measure(i.all_inputs, unit, step);
                for (std::size_t at = unit; at < inputs.size(); at += step)
                    inputs[at] = static_cast<float>((static_cast<double>(inputs[at]) - by.centre) /
                                                    by.scale);
            }
            ways.push_back({fmt::format("{}{}",
                                        measure == to_deviation_1 ? "mean 0 and deviation 1"
                                                                  : "the range 0 to 1",
                                        step == 1 ? "" : " of each input"),
                            outputs_of(i.network, inputs)});
        }
    return ways;
}

cause normalised_inputs(const investigation& i) {
    for (const normalised& way : normalised_in_all_ways(i))
        if (i.explains(way.outputs))
            return fmt::format("normalisation of the inputs is missing: with {} the outputs agree",
                               way.words);
    return std::nullopt;
}

// The part of what was seen that varies with the row, and that a guess gives: 1 if it is right, 0
// or less if a constant were as good.
double part_explained(const investigation& i, const doubles& guess) {
    const std::size_t width = i.network.outputs();
    double off = 0.0, spread = 0.0;
    for (std::size_t u = 0; u < width; ++u) {
        double mean = 0.0;
        for (std::size_t at = u; at < guess.size(); at += width)
            mean += i.seen.outputs[at] / static_cast<double>(i.rows());
        for (std::size_t at = u; at < guess.size(); at += width) {
            off += (guess[at] - i.seen.outputs[at]) * (guess[at] - i.seen.outputs[at]);
            spread += (i.seen.outputs[at] - mean) * (i.seen.outputs[at] - mean);
        }
    }
    return 1.0 - off / spread;
}

// Mean and deviation were those of the training data, which some rows have only about: the outputs
// then agree about as well. Nine tenths of what varies are no accident, if the model as it is
// leaves at least four times as much unexplained.
cause about_normalised_inputs(const investigation& i) {
    const double plain = part_explained(i, i.model);
    const normalised* best = nullptr;
    double most = 0.9;
    const std::vector<normalised> ways = normalised_in_all_ways(i);
    for (const normalised& way : ways) {
        const double part = part_explained(i, way.outputs);
        if (!(part >= most) || !(1.0 - plain >= 4.0 * (1.0 - part))) continue;
        most = part;
        best = &way;
    }
    if (best == nullptr) return std::nullopt;
    return fmt::format(
        "normalisation of the inputs is missing: with {}, measured on the {} rows "
        "given, the model gives {:.0f} % of what varies in the outputs. Normalise by "
        "the numbers that it was trained with",
        best->words, i.all_inputs.size() / i.network.inputs(), 100.0 * most);
}

// The inputs of one row with their axes in another order.
std::vector<float> permuted(std::span<const float> x, const std::vector<std::size_t>& shape,
                            const std::vector<std::size_t>& order) {
    std::vector<std::size_t> stride(shape.size(), 1);
    for (std::size_t a = shape.size() - 1; a-- > 0;)
        stride[a] = stride[a + 1] * shape[a + 1];
    std::vector<float> y;
    for (std::size_t at = 0; at < x.size(); ++at) {
        std::size_t rest = at;
        std::size_t from = 0;
        for (std::size_t a = shape.size(); a-- > 0;) {
            from += rest % shape[order[a]] * stride[order[a]];
            rest /= shape[order[a]];
        }
        y.push_back(x[from]);
    }
    return y;
}

cause wrong_axis(const investigation& i) {
    if (i.network.input_shapes.size() != 1) return std::nullopt;
    const std::vector<std::size_t>& shape = i.network.input_shapes.front();
    if (shape.size() < 2 || shape.size() > 4) return std::nullopt;
    std::vector<std::size_t> order(shape.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    while (std::next_permutation(order.begin(), order.end())) {
        std::vector<float> inputs;
        for (std::size_t at = 0; at < i.seen.inputs.size(); at += i.network.inputs()) {
            const auto y = permuted(i.seen.inputs.subspan(at, i.network.inputs()), shape, order);
            inputs.insert(inputs.end(), y.begin(), y.end());
        }
        if (i.explains(outputs_of(i.network, inputs)))
            return fmt::format(
                "the axes of the input {} are in the wrong order: with {} the outputs "
                "agree",
                shape_text(shape), shape_text(order));
    }
    return std::nullopt;
}

cause permuted_outputs(const investigation& i) {
    const std::size_t width = i.network.outputs();
    std::vector<std::size_t> from;
    for (std::size_t u = 0; u < width; ++u) {
        for (std::size_t v = 0; v < width && from.size() == u; ++v)
            if (std::abs(i.model[v] - i.seen.outputs[u]) <= 1e-5 * std::abs(i.model[v]))
                from.push_back(v);
        if (from.size() == u) return std::nullopt;
    }
    doubles guess;
    for (std::size_t r = 0; r < i.rows(); ++r)
        for (const std::size_t v : from)
            guess.push_back(i.model[r * width + v]);
    if (!i.explains(guess)) return std::nullopt;
    return "the expected outputs have their units in another order: " + shape_text(from);
}

bool are_equal_rows(std::span<const double> numbers, std::size_t width) {
    return std::equal(numbers.begin() + static_cast<std::ptrdiff_t>(width), numbers.end(),
                      numbers.begin());
}

cause equal_rows(const investigation& i) {
    const std::size_t width = i.network.outputs();
    if (i.rows() < 2 || !are_equal_rows(i.seen.outputs, width) || are_equal_rows(i.model, width))
        return std::nullopt;
    return "the expected outputs are the same in every row, those of the model aren't";
}

// expected = a * model + b, fitted over everything seen.
cause scaled_outputs(const investigation& i) {
    const auto count = static_cast<double>(i.model.size());
    if (count < 4) return std::nullopt; // two points always fit
    double mx = 0.0, my = 0.0, xx = 0.0, xy = 0.0;
    for (std::size_t k = 0; k < i.model.size(); ++k) {
        mx += i.model[k] / count;
        my += i.seen.outputs[k] / count;
    }
    for (std::size_t k = 0; k < i.model.size(); ++k) {
        xx += (i.model[k] - mx) * (i.model[k] - mx);
        xy += (i.model[k] - mx) * (i.seen.outputs[k] - my);
    }
    const double a = xy / xx;
    doubles guess;
    for (const double v : i.model)
        guess.push_back(a * (v - mx) + my);
    if (!i.explains(guess)) return std::nullopt;
    return fmt::format(
        "normalisation of the outputs is missing: expected = {:.6g} x model + {:.6g}", a,
        my - a * mx);
}

graph with_weights(const graph& network, double (*change)(double)) {
    graph changed = network;
    for (layer_parameters& p : changed.parameters)
        for (std::vector<double>& numbers : p.tensors)
            for (double& number : numbers)
                number = change(number);
    return changed;
}

double to_half(double number) {
    // Round to nearest even at 11 bits, or at the fixed 2^-24 of subnormals.
    if (number == 0.0 || !std::isfinite(number)) return number;
    const int exponent = std::max(std::ilogb(number), -14) - 10;
    return std::ldexp(std::nearbyint(std::ldexp(number, -exponent)), exponent);
}

double to_bfloat16(double number) {
    if (number == 0.0 || !std::isfinite(number)) return number;
    const int exponent = std::max(std::ilogb(number), -126) - 7;
    return std::ldexp(std::nearbyint(std::ldexp(number, -exponent)), exponent);
}

bool all_weights(const graph& network, double (*rounding)(double)) {
    bool all = true;
    for (std::size_t i = 0; i < network.nodes.size(); ++i)
        if (network.nodes[i].kind == ir::op::dense)
            for (const double w : network.parameters[i].weights())
                all = all && rounding(w) == w;
    return all;
}

struct short_format {
    const char* name;
    double (*rounding)(double);
    double relative; // error of a rounding
    const char* tolerance;
};
constexpr short_format formats[] = {{"float16", to_half, 0x1p-11, "0.0005"},
                                    {"bfloat16", to_bfloat16, 0x1p-8, "0.004"}};

// The outputs themselves are of a short format, and off by no more than eight of its roundings.
cause short_outputs(const investigation& i) {
    for (const short_format& f : formats) {
        double off = 0.0;
        bool all = true;
        for (std::size_t k = 0; k < i.model.size(); ++k) {
            const double seen = i.seen.outputs[k];
            all = all && f.rounding(seen) == seen;
            off = std::max(off, std::abs(i.model[k] - seen) / std::max(std::abs(seen), 0x1p-14));
        }
        if (!all || !(off <= 8.0 * f.relative)) continue;
        if (off <= 1.01 * f.relative)
            return fmt::format("the expected outputs were rounded to {}, and agree as far as that "
                               "goes: allow it with --tolerance {}",
                               f.name, f.tolerance);
        return fmt::format(
            "the expected outputs were computed in {}, and agree to {:.1g} %: if that "
            "is near enough, allow it with --tolerance {:.1g}",
            f.name, 100.0 * off, 1.5 * off);
    }
    return std::nullopt;
}

// Either side may have lost digits. What a file lost can't be found again, only that it fits.
cause short_weights(const investigation& i) {
    for (const short_format& f : formats) {
        if (i.explains(with_weights(i.network, f.rounding)))
            return fmt::format("the expected outputs were made with {} weights", f.name);
        double size = 0.0;
        for (const double v : i.model)
            size = std::max(size, std::abs(v));
        if (all_weights(i.network, f.rounding) &&
            largest_difference(i.model, i.seen.outputs) <= 16.0 * f.relative * size)
            return fmt::format("the model's weights are {} numbers, and the expected outputs were "
                               "made with longer ones: export the model in float32",
                               f.name);
    }
    return std::nullopt;
}

cause rows_in_another_order(const investigation& i) {
    const std::size_t width = i.network.outputs();
    if (i.rows() < 2) return std::nullopt;
    for (std::size_t r = 0; r < i.rows(); ++r) {
        bool found = false;
        for (std::size_t s = 0; s < i.rows() && !found; ++s)
            found = largest_difference(std::span(i.model).subspan(s * width, width),
                                       i.seen.outputs.subspan(r * width, width)) <=
                    1e-5 * std::abs(i.seen.outputs[r * width]);
        if (!found) return std::nullopt;
    }
    return "the expected outputs are in another order of rows";
}

} // namespace

std::string likely_cause(const graph& network, const observation& seen) {
    // Each guess evaluates the network again: some rows are enough to tell guesses apart.
    const std::size_t rows = std::min<std::size_t>(seen.inputs.size() / network.inputs(), 64);
    const observation few{seen.inputs.first(rows * network.inputs()),
                          seen.outputs.first(rows * network.outputs())};
    const investigation i{network, few, seen.inputs, outputs_of(network, few.inputs)};
    constexpr cause (*guesses[])(const investigation&) = {not_a_number,
                                                          equal_rows,
                                                          short_outputs,
                                                          missing_activation,
                                                          extra_layer,
                                                          transposed_weights,
                                                          input_scale,
                                                          normalised_inputs,
                                                          wrong_axis,
                                                          permuted_outputs,
                                                          rows_in_another_order,
                                                          short_weights,
                                                          scaled_outputs,
                                                          about_normalised_inputs};
    for (const auto guess : guesses)
        if (const cause found = guess(i)) return *found;
    const bool normalised =
        std::any_of(network.origins.begin(), network.origins.end(), [](const std::string& origin) {
            return origin.find("BatchNormalization") != std::string::npos;
        });
    if (normalised)
        return "none of the usual ones. The model has BatchNormalization: were the outputs "
               "recorded "
               "in training mode (PyTorch: call model.eval() first)?";
    return "none of the usual ones. Do the inputs and outputs belong to this model?";
}

} // namespace laminate::codegen::tool
