// SPDX-License-Identifier: MIT
#pragma once

// Brings inputs to a common scale: x * scale + shift for each column, measured on the training rows
// alone and applied to all others. Needs data sets. Promises one rounding per number (an fma), so
// the same bits everywhere; kept in a model's file as "input.scale" and "input.shift".

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../file/number_text.hpp"
#include "../../ir/digits.hpp"
#include "../../ir/place.hpp"
#include "../../model/parameters.hpp"
#include "dataset.hpp"

namespace laminate::inline LAMINATE_ISA {

struct normaliser {
    std::vector<float> scale;
    std::vector<float> shift;

    [[nodiscard]] std::size_t inputs() const { return scale.size(); }

    // Any number of rows, in place.
    void apply(std::span<float> rows) const {
        if (shift.size() != inputs())
            detail::stop("a normaliser needs a shift for each scale", inputs(), shift.size());
        if (inputs() == 0 || rows.size() % inputs() != 0)
            detail::stop("a normaliser needs whole rows, in floats", inputs(), rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i] = std::fma(rows[i], scale[i % inputs()], shift[i % inputs()]);
    }
    [[nodiscard]] dataset operator()(dataset data) const {
        if (data.inputs != inputs())
            detail::stop("a normaliser needs rows as wide as it is", inputs(), data.inputs);
        apply(data.x);
        return data;
    }

    friend bool operator==(const normaliser&, const normaliser&) = default;
};

namespace detail {

// The normaliser that takes `centre` to `low` and stretches `width` to 1 in each column. A column
// whose width is 0, or so small that its scale would exceed a float, is only moved.
template <class Measure>
normaliser measure_columns(const dataset& data, Measure measure) {
    normaliser n;
    for (std::size_t column = 0; column < data.inputs; ++column) {
        const auto value = [&](std::size_t row) {
            return static_cast<double>(data.x[row * data.inputs + column]);
        };
        for (std::size_t row = 0; row < data.rows(); ++row)
            if (!std::isfinite(value(row)))
                raise({sentence("a normaliser is measured on finite numbers; found ",
                                text_of(data.x[row * data.inputs + column]), " in row ", row,
                                ", column ", column)});
        const auto [centre, width, low] = measure(value);
        const double scale = 1.0 / width;
        n.scale.push_back(scale <= static_cast<double>(std::numeric_limits<float>::max())
                              ? static_cast<float>(scale)
                              : 1.0f);
        // With the scale as rounded, so that the centre goes where it should.
        n.shift.push_back(
            static_cast<float>(std::fma(-centre, static_cast<double>(n.scale.back()), low)));
    }
    return n;
}

struct column_measure {
    double centre;
    double width;
    double low;
};

} // namespace detail

// The smallest value of each column becomes `low`, the largest `high`. A column of one value
// becomes `low`. Throws laminate::exception unless low < high, both finite.
[[nodiscard]] inline normaliser fit_min_max(const dataset& train, double low = 0.0,
                                            double high = 1.0) {
    if (!std::isfinite(low) || !std::isfinite(high) || !(low < high))
        raise({sentence("fit_min_max() expected a finite low < high, found ", detail::text_of(low),
                        " and ", detail::text_of(high))});
    return detail::measure_columns(train, [&](auto value) {
        double least = train.rows() == 0 ? 0.0 : value(0);
        double most = least;
        for (std::size_t row = 1; row < train.rows(); ++row) {
            least = std::min(least, value(row));
            most = std::max(most, value(row));
        }
        return detail::column_measure{least, (most - least) / (high - low), low};
    });
}

// Each column gets mean 0 and variance 1 (of the rows given: divided by their number). A column of
// one value becomes 0.
[[nodiscard]] inline normaliser fit_standardise(const dataset& train) {
    return detail::measure_columns(train, [&](auto value) {
        const std::size_t rows = train.rows();
        const double count = static_cast<double>(std::max<std::size_t>(rows, 1));
        double all = 0.0;
        for (std::size_t row = 0; row < rows; ++row)
            all += value(row);
        const double middle = all / count;
        double squares = 0.0;
        for (std::size_t row = 0; row < rows; ++row)
            squares = std::fma(value(row) - middle, value(row) - middle, squares);
        const bool constant = [&] {
            for (std::size_t row = 1; row < rows; ++row)
                if (value(row) != value(0)) return false;
            return true;
        }();
        return detail::column_measure{middle, constant ? 0.0 : std::sqrt(squares / count), 0.0};
    });
}

struct fold_options {
    // How many times as large rounding errors may become, as estimated from the weights.
    double most_error_growth = ir::most_error_growth;
};

namespace detail {

// How many times as large the rounding errors of a dense layer usually are once the normaliser of
// its inputs is folded into it.
template <class Layer>
double fold_error_growth(const Layer& layer, const normaliser& input) {
    std::vector<ir::typical> raw;
    std::vector<ir::typical> scaled;
    for (std::size_t i = 0; i < input.inputs(); ++i) {
        const auto scale = static_cast<double>(input.scale[i]);
        const auto shift = static_cast<double>(input.shift[i]);
        raw.push_back(scale == 0.0 ? ir::typical{}
                                   : ir::typical{-shift / scale, 1.0 / (scale * scale)});
        scaled.push_back(ir::typical_line(scale, shift, raw.back()));
    }
    const std::size_t chains = ir::chains(input.inputs(), layer.weights.outputs());
    std::vector<double> weights(input.inputs());
    double most = 1.0;
    for (std::size_t o = 0; o < layer.weights.outputs(); ++o) {
        auto bias = static_cast<double>(layer.bias[o]);
        for (std::size_t i = 0; i < weights.size(); ++i)
            weights[i] = static_cast<double>(layer.weights(o, i));
        const ir::typical before = ir::typical_sum(weights, bias, scaled, chains);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            bias += weights[i] * static_cast<double>(input.shift[i]);
            weights[i] *= static_cast<double>(input.scale[i]);
        }
        most =
            std::max(most, ir::error_growth(before, ir::typical_sum(weights, bias, raw, chains)));
    }
    return std::sqrt(most);
}

// The input that lies farthest from 0: "input 3, which lies around 101325 +- 3".
inline std::string farthest_input(const normaliser& input) {
    std::size_t far = 0;
    for (std::size_t i = 1; i < input.inputs(); ++i)
        if (std::abs(input.shift[i]) > std::abs(input.shift[far])) far = i;
    const double scale = static_cast<double>(input.scale[far]);
    return sentence("input ", far, ", which lies around ",
                    significant(-static_cast<double>(input.shift[far]) / scale, 6), " +- ",
                    significant(1.0 / std::abs(scale), 2));
}

} // namespace detail

// A model of raw inputs that does what `model` does behind the normaliser: weights become
// W * scale, biases b + W * shift, computed in double and rounded once. Results then differ by
// roundings. Where inputs lie far from 0, beside how much they vary, W * scale * x and W * shift
// cancel, and digits are lost: an error if the estimate exceeds options.most_error_growth (keep the
// normaliser then), or if a number no longer fits a float.
template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] result<basic_model<Network, Storage>>
fold_into(const basic_model<Network, Storage>& model, const normaliser& input,
          const fold_options& options = {}) {
    basic_model<Network, Storage> folded = model;
    const auto first = folded.template layer<0>();
    static_assert(
        requires {
            first.weights;
            first.bias;
        },
        "Laminate: a normaliser is folded into the first layer, which must be a dense "
        "layer with biases; apply it to the inputs instead");
    if constexpr (requires {
                      first.weights;
                      first.bias;
                  }) {
        if (input.inputs() != first.weights.inputs() || input.shift.size() != input.inputs())
            return error{sentence("fold_into() expected a normaliser of ", first.weights.inputs(),
                                  " inputs, as the model has, found one of ", input.inputs())};
        for (std::size_t o = 0; o < first.weights.outputs(); ++o) {
            auto bias = static_cast<double>(first.bias[o]);
            for (std::size_t i = 0; i < input.inputs(); ++i) {
                const auto weight = static_cast<double>(first.weights(o, i));
                bias = std::fma(weight, static_cast<double>(input.shift[i]), bias);
                first.weights(o, i) =
                    static_cast<float>(weight * static_cast<double>(input.scale[i]));
                if (!std::isfinite(first.weights(o, i)))
                    return error{sentence("fold_into(): the weight of input ", i,
                                          " no longer fits a float: its scale is too large")};
            }
            first.bias[o] = static_cast<float>(bias);
            if (!std::isfinite(first.bias[o]))
                return error{sentence("fold_into(): the bias of unit ", o,
                                      " no longer fits a float: a shift is too large")};
        }
        const double growth = detail::fold_error_growth(model.template layer<0>(), input);
        if (!(growth <= options.most_error_growth))
            return error{sentence(
                "fold_into(): rounding errors would be about ", detail::significant(growth, 2),
                " times as large, because of ", detail::farthest_input(input), "; expected ",
                detail::significant(options.most_error_growth, 2),
                " times at most. Keep the normaliser in front of the model, or say how much may be "
                "lost: fold_options{.most_error_growth = ...}")};
    }
    return folded;
}

// Saves a model together with the normaliser of its inputs. lam::load() reads the model from the
// file as from any other, load_normaliser() the rest.
template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] std::optional<error> try_save(const basic_model<Network, Storage>& model,
                                            const normaliser& input, const std::string& path,
                                            const parameter_options& options = {}) {
    constexpr const auto& plan = detail::plan_of<Network, ir::fusion::on>;
    if (input.inputs() != model.inputs || input.shift.size() != input.inputs())
        return error{sentence(path, ": not written: expected a normaliser of ", model.inputs,
                              " inputs, as the model has, found one of ", input.inputs(),
                              " scales and ", input.shift.size(), " shifts")};
    auto values = detail::parameter_values(plan.view(), options, model.packed());
    if (!values) return error{sentence(path, ": not written: ", values.error().message)};
    values->push_back({"input.scale", {input.scale.size()}, input.scale});
    values->push_back({"input.shift", {input.shift.size()}, input.shift});
    auto metadata = detail::saved_metadata(plan.view(), options);
    if (!metadata) return error{sentence(path, ": not written: ", metadata.error().message)};
    metadata->emplace_back("input", "x * scale + shift");
    const auto bytes = detail::safetensors_of(*values, *metadata);
    if (!bytes) return error{sentence(path, ": not written: ", bytes.error().message)};
    return write_file_atomically(path, *bytes);
}

// The same; throws laminate::exception with the message.
template <declared Network, template <std::size_t> class Storage>
void save(const basic_model<Network, Storage>& model, const normaliser& input,
          const std::string& path, const parameter_options& options = {}) {
    if (const auto why = try_save(model, input, path, options)) raise(*why);
}

[[nodiscard]] inline result<normaliser> load_normaliser(const std::string& path) {
    const result<tensor_file> file = read_safetensors(path);
    if (!file) return file.error();
    auto scale = file->read_floats("input.scale");
    if (!scale) return std::move(scale).error();
    auto shift = file->read_floats("input.shift");
    if (!shift) return std::move(shift).error();
    const auto finite = [](float x) { return std::isfinite(x); };
    if (scale->size() != shift->size() || !std::all_of(scale->begin(), scale->end(), finite) ||
        !std::all_of(shift->begin(), shift->end(), finite))
        return error{sentence(path,
                              ": expected finite tensors 'input.scale' and 'input.shift' of "
                              "one size, found ",
                              scale->size(), " and ", shift->size(), " numbers")};
    return normaliser{*std::move(scale), *std::move(shift)};
}

} // namespace laminate::inline LAMINATE_ISA
