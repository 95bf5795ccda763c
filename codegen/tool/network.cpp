// SPDX-License-Identifier: MIT
#include "network.hpp"

#include <laminate/file/whole_file.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "../graph/bounds.hpp"
#include "../graph/edit.hpp"
#include "array_file.hpp"

namespace laminate::codegen::tool {

namespace {

// A number at the start of `text`, which is moved behind it.
std::optional<double> take_number(std::string_view& text) {
    const std::string copy(text); // strtod needs an end
    char* end = nullptr;
    const double number = std::strtod(copy.c_str(), &end);
    if (end == copy.c_str()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - copy.c_str()));
    return number;
}

// "lo,hi" or "lo hi", and nothing else.
std::optional<interval> parse_interval(std::string_view text) {
    const std::optional<double> low = take_number(text);
    if (!low) return std::nullopt;
    const std::size_t second = text.find_first_not_of(" \t,");
    if (second == std::string_view::npos || second == 0) return std::nullopt;
    text.remove_prefix(second);
    const std::optional<double> high = take_number(text);
    if (!high || text.find_first_not_of(" \t\r") != std::string_view::npos) return std::nullopt;
    return interval{*low, *high};
}

[[noreturn]] void refuse_range(const std::string& where, const std::string& found) {
    raise(error{sentence(where,
                         ": expected two finite numbers, the lowest and the highest value of "
                         "an input, found ",
                         found,
                         ". Say --input-range -1,1, or give a file with such a line per input, or "
                         "an .npy of shape [inputs, 2]")});
}

void check_interval(const interval& range, const std::string& where) {
    if (!std::isfinite(range.low) || !std::isfinite(range.high) || range.low > range.high)
        refuse_range(where,
                     sentence(std::to_string(range.low), " and ", std::to_string(range.high)));
}

std::vector<interval> ranges_of_array(const onnx::array& read, const std::string& path) {
    if (read.shape.size() != 2 || read.shape[1] != 2)
        refuse_range(path, "an array of shape " + shape_text(read.shape));
    std::vector<interval> ranges;
    for (std::size_t i = 0; i + 1 < read.numbers.size(); i += 2)
        ranges.push_back({read.numbers[i], read.numbers[i + 1]});
    return ranges;
}

// A line per input; empty ones and those that begin with # are passed over.
std::vector<interval> ranges_of_text(std::string_view text, const std::string& path) {
    std::vector<interval> ranges;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::size_t end = text.find('\n');
        const std::string_view words = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::size_t first = words.find_first_not_of(" \t\r");
        if (first == std::string_view::npos || words[first] == '#') continue;
        const std::optional<interval> range = parse_interval(words.substr(first));
        if (!range) refuse_range(sentence(path, ":", line), quote(words));
        ranges.push_back(*range);
    }
    return ranges;
}

onnx::import_options import_options_of(const model_options& options) {
    onnx::import_options import;
    for (const std::string& text : options.set) {
        const assignment a = split_assignment(text).value();
        import.symbols[a.name] = std::strtoll(a.value.c_str(), nullptr, 10);
    }
    for (const std::string& text : options.constants) {
        const assignment a = split_assignment(text).value();
        import.constants[a.name] = read_array(a.value);
    }
    if (options.batch > 0) import.batch = options.batch;
    if (!options.output.empty()) import.output = options.output;
    return import;
}

void check_range_count(std::size_t ranges, std::size_t inputs, const model_options& options) {
    if (ranges <= 1 || ranges == inputs) return;
    raise(error{sentence(options.input_range, ": expected a range for each of the ", inputs,
                         " inputs of ", options.model, ", or one for all; found ", ranges)});
}

// What a pass or the planner refuses, with the file's name.
template <class T>
T of_model(result<T> found, const model_options& options) {
    if (!found) raise(error{sentence(options.model, ": ", found.error().message)});
    return *std::move(found);
}

} // namespace

std::optional<assignment> split_assignment(const std::string& text) {
    const std::size_t at = text.rfind('='); // a value's name may hold one, a number or path rarely
    if (at == std::string::npos || at == 0 || at + 1 == text.size()) return std::nullopt;
    return assignment{text.substr(0, at), text.substr(at + 1)};
}

std::vector<interval> parse_input_range(const std::string& text) {
    if (text.empty()) return {};
    std::vector<interval> ranges;
    if (const std::optional<interval> one = parse_interval(text)) {
        ranges = {*one};
    } else {
        if (!std::filesystem::exists(text)) refuse_range(text, "neither them nor such a file");
        const std::string bytes = read_file(text, std::size_t{1} << 28).value();
        ranges = bytes.starts_with("\x93NUMPY") ? ranges_of_array(array_of_npy(bytes, text), text)
                                                : ranges_of_text(bytes, text);
        if (ranges.empty()) refuse_range(text, "none");
    }
    for (interval& range : ranges) {
        check_interval(range, text);
        range = outward(range); // inputs are floats
    }
    return ranges;
}

network load_network(const model_options& options) {
    onnx::imported source = onnx::import_model(options.model, import_options_of(options)).value();
    graph optimised = source.network;
    std::vector<pass_report> passes;
    if (options.optimize) {
        const optimise_options ranges{parse_input_range(options.input_range)};
        check_range_count(ranges.input_range.size(), optimised.inputs(), options);
        passes = of_model(optimise(optimised, ranges), options);
    }
    planned plan = of_model(plan_graph(optimised), options);
    return {std::move(source), std::move(optimised), std::move(passes), std::move(plan)};
}

} // namespace laminate::codegen::tool
