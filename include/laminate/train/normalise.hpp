// SPDX-License-Identifier: MIT
#pragma once

// Brings inputs to a common scale: x * scale + shift for each column, measured on the training rows
// alone and applied to all others. Needs data sets. Promises one rounding per number (an fma), so
// the same bits everywhere; kept in a model's file as "input.scale" and "input.shift".

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../base/compiler.hpp"
#include "../model/parameters.hpp"
#include "dataset.hpp"

namespace laminate::inline LAMINATE_ISA {

struct normaliser {
    std::vector<float> scale;
    std::vector<float> shift;

    [[nodiscard]] std::size_t inputs() const { return scale.size(); }

    // Any number of rows, in place.
    void apply(std::span<float> rows) const {
        if (inputs() == 0 || rows.size() % inputs() != 0)
            detail::stop("a normaliser needs whole rows, in floats", inputs(), rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i] = std::fma(rows[i], scale[i % inputs()], shift[i % inputs()]);
    }
    [[nodiscard]] dataset operator()(dataset data) const {
        apply(data.x);
        return data;
    }

    friend bool operator==(const normaliser&, const normaliser&) = default;
};

namespace detail {

// The normaliser that takes `centre` to `low` and stretches `width` to 1 in each column. A column
// whose width is 0 is only moved.
template <class Measure>
normaliser measure_columns(const dataset& data, Measure measure) {
    normaliser n;
    for (std::size_t column = 0; column < data.inputs; ++column) {
        const auto value = [&](std::size_t row) {
            return static_cast<double>(data.x[row * data.inputs + column]);
        };
        const auto [centre, width, low] = measure(value);
        const double scale = width > 0.0 ? 1.0 / width : 1.0;
        n.scale.push_back(static_cast<float>(scale));
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
// becomes `low`.
[[nodiscard]] inline normaliser fit_min_max(const dataset& train, double low = 0.0,
                                            double high = 1.0) {
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
        double sum = 0.0;
        for (std::size_t row = 0; row < rows; ++row)
            sum += value(row);
        const double mean = sum / count;
        double squares = 0.0;
        for (std::size_t row = 0; row < rows; ++row)
            squares = std::fma(value(row) - mean, value(row) - mean, squares);
        const bool constant = [&] {
            for (std::size_t row = 1; row < rows; ++row)
                if (value(row) != value(0)) return false;
            return true;
        }();
        return detail::column_measure{mean, constant ? 0.0 : std::sqrt(squares / count), 0.0};
    });
}

// A model of raw inputs that does what `model` does behind the normaliser: weights become
// W * scale, biases b + W * shift, computed in double and rounded once. Results then differ by
// roundings: no more than a dense layer's own. An error if a number no longer fits a float.
template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] result<basic_model<Network, Storage>>
fold_into(const basic_model<Network, Storage>& model, const normaliser& input) {
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
        }
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
