// SPDX-License-Identifier: MIT
#pragma once

// Reads a table of numbers in text: CSV (RFC 4180) and its relatives with other separators, in
// UTF-8 or ASCII. Numbers are rounded to the nearest float in every locale; errors name file, line
// and column, what was expected, and what was found, several of them at once.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../file/array.hpp"
#include "../../file/csv_reader.hpp"
#include "../../file/whole_file.hpp"
#include "dataset.hpp"

namespace laminate::inline LAMINATE_ISA {

// A column by its number, counted from 0, or by its name in the header.
struct csv_column {
    template <std::integral Number>
    csv_column(Number n) : number(static_cast<std::size_t>(n)) {}
    csv_column(const char* n) : name(n) {}
    csv_column(std::string n) : name(std::move(n)) {}

    std::size_t number = 0;
    std::optional<std::string> name = {};
};

struct csv_options {
    // Instead of a column's number: the last one.
    static constexpr std::size_t last = static_cast<std::size_t>(-1);

    char separator = ',';       // ' ' stands for any run of blanks and tabs
    std::size_t skip_lines = 0; // before the header, or before the first row if there is none
    bool header = false;        // the first row names the columns; so it does if one is named here
    std::optional<csv_column> label = {}; // the column that names a row's class
    std::vector<csv_column> targets = {}; // columns to predict
    std::vector<csv_column> ignore = {};  // columns to leave out

    // Whether rows with a missing value are left out, and the texts that stand for one.
    bool drop_missing = false;
    std::vector<std::string> missing = {"", "?", "NA", "N/A", "NaN", "nan", "null"};

    // The classes that have numbers already, in their order: class_name of the data set that was
    // read first. Without them a file that lacks a class numbers the others differently.
    std::vector<std::string> class_name = {};

    // Where reading says what it left out, and which classes are new; by default on stderr.
    std::function<void(const std::string&)> note = {};
};

namespace detail {

// The first few, quoted.
template <class Texts>
std::string quoted_list(const Texts& texts) {
    constexpr std::size_t most = 8;
    std::string list;
    std::size_t count = 0;
    for (const auto& text : texts)
        if (++count <= most) list += sentence(list.empty() ? "" : ", ", quote(text));
    return count > most ? sentence(list, " and ", count - most, " more") : list;
}

// What each column of the table is for.
enum class csv_role : std::uint8_t { input, target, label, ignored };

class csv_table {
public:
    csv_table(std::string_view name, const csv_options& options) : name_(name), options_(options) {}

    result<dataset> read(std::string_view text) {
        if (std::string_view("\"\r\n").find(options_.separator) != std::string_view::npos)
            return wrong("expected a separator other than a quote or a line's end");
        csv_reader in(text, options_.separator);
        for (std::size_t i = 0; i < options_.skip_lines; ++i)
            in.skip_line();
        std::vector<csv_field> row;
        if (has_header() && in.next(row)) take_header(row, in.line());
        while (in.next(row)) {
            if (roles_.empty())
                if (auto why = begin(row, in.line())) return *std::move(why);
            add(row, in.line());
        }
        if (!in.problem().empty()) bad(in.problem());
        if (auto why = bad_places()) return *std::move(why);
        if (auto why = no_rows()) return *std::move(why);
        if (dropped_ != 0)
            note("left out ", dropped_, " of ", dropped_ + data_.rows(),
                 " rows, which have missing values");
        if (auto why = name_classes()) return *std::move(why);
        return std::move(data_);
    }

private:
    template <class... Parts>
    [[nodiscard]] error wrong(const Parts&... what) const {
        return error{sentence(name_, ": ", what...)};
    }
    template <class... Parts>
    void note(const Parts&... what) const {
        const std::string said = sentence(name_, ": ", what...);
        if (options_.note)
            options_.note(said);
        else
            std::fputs(sentence("laminate: ", said, "\n").c_str(), stderr);
    }

    // Something wrong at one place, which doesn't keep the others from being looked at.
    template <class... Parts>
    void bad(const Parts&... what) {
        constexpr std::size_t most = 8;
        if (++bad_count_ <= most) bad_.push_back(sentence(what...));
    }
    [[nodiscard]] std::optional<error> bad_places() const {
        if (bad_.empty()) return std::nullopt;
        std::string list = bad_.size() == 1 ? bad_[0] : sentence(bad_count_, " places are wrong:");
        if (bad_.size() > 1)
            for (const std::string& each : bad_)
                list += "\n  " + each;
        if (bad_count_ > bad_.size())
            list += sentence("\n  and ", bad_count_ - bad_.size(), " more");
        return wrong(list, bad_.size() == 1 ? ". " : "\n", "Correct what is wrong",
                     header_like_ ? ", say that the first row is a header (header)" : "",
                     gaps_ ? ", leave rows with missing values out (drop_missing)" : "",
                     ", or leave the column out (ignore)");
    }

    [[nodiscard]] bool has_header() const {
        const auto named = [](const csv_column& c) { return c.name.has_value(); };
        return options_.header || (options_.label && named(*options_.label)) ||
               std::any_of(options_.targets.begin(), options_.targets.end(), named) ||
               std::any_of(options_.ignore.begin(), options_.ignore.end(), named);
    }
    void take_header(std::vector<csv_field>& row, std::size_t line) {
        header_line_ = line;
        for (csv_field& f : row)
            header_.push_back(std::move(f.text));
    }

    // Looks at the first row of numbers: what its columns are for, and whether it is a header.
    std::optional<error> begin(const std::vector<csv_field>& row, std::size_t line) {
        if (has_header() && row.size() != header_.size())
            return wrong("line ", line, ": expected ", header_.size(), " fields, as in the header ",
                         "of line ", header_line_, ", found ", row.size());
        roles_.assign(row.size(), csv_role::input);
        for (const csv_column& column : options_.targets)
            if (auto why = assign(column, csv_role::target, line)) return why;
        for (const csv_column& column : options_.ignore)
            if (auto why = assign(column, csv_role::ignored, line)) return why;
        if (options_.label)
            if (auto why = assign(*options_.label, csv_role::label, line)) return why;
        data_.inputs = count(csv_role::input);
        data_.outputs = count(csv_role::target);
        if (data_.inputs == 0)
            return wrong("line ", line, ": expected a column of inputs, found ", row.size(),
                         " columns, none of which is left for them. Is the separator right?");
        if (has_header()) return std::nullopt;
        std::vector<std::string> words;
        for (std::size_t i = 0; i < row.size(); ++i)
            if (is_number(roles_[i]) && !row[i].text.empty() && !csv_number(row[i].text))
                words.push_back(row[i].text);
        if (words.size() != data_.inputs + data_.outputs || words.size() < 2) return std::nullopt;
        return wrong("line ", line, ": expected numbers, found ", quoted_list(words),
                     ". If it is a header, say so (header), or skip the line (skip_lines)");
    }
    [[nodiscard]] std::size_t count(csv_role role) const {
        return static_cast<std::size_t>(std::count(roles_.begin(), roles_.end(), role));
    }
    static bool is_number(csv_role role) {
        return role == csv_role::input || role == csv_role::target;
    }

    std::optional<error> assign(const csv_column& chosen, csv_role role, std::size_t line) {
        std::size_t column = chosen.number == csv_options::last ? roles_.size() - 1 : chosen.number;
        if (chosen.name) {
            const auto found = std::find(header_.begin(), header_.end(), *chosen.name);
            if (found == header_.end())
                return wrong("line ", header_line_, ": expected a column ", quote(*chosen.name),
                             " in the header, found ", quoted_list(header_),
                             ". Are skip_lines and the separator right?");
            if (std::find(found + 1, header_.end(), *chosen.name) != header_.end())
                return wrong("line ", header_line_, ": two columns are called ",
                             quote(*chosen.name), ". Choose by number, counted from 0");
            column = static_cast<std::size_t>(found - header_.begin());
        }
        if (column >= roles_.size())
            return wrong("line ", line, ": expected a column ", column, ", counted from 0, found ",
                         roles_.size(), " columns. Is the separator right?");
        if (roles_[column] != csv_role::input)
            return wrong("column ", column, " is named twice in the options");
        roles_[column] = role;
        return std::nullopt;
    }

    void add(const std::vector<csv_field>& row, std::size_t line) {
        if (row.size() != roles_.size())
            return bad("line ", line, ": expected ", roles_.size(),
                       " fields, as in the first row, found ", row.size());
        if (options_.drop_missing && misses(row)) {
            ++dropped_;
            return;
        }
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (roles_[i] == csv_role::ignored) continue;
            if (roles_[i] == csv_role::label) {
                if (row[i].text.empty()) refuse(row[i], i, line, "the name of a class");
                labels_.push_back(row[i].text);
                continue;
            }
            const std::optional<float> value = csv_number(row[i].text);
            if (!value || !std::isfinite(*value)) refuse(row[i], i, line, "a finite number");
            (roles_[i] == csv_role::input ? data_.x : data_.targets).push_back(value.value_or(0));
        }
    }
    [[nodiscard]] bool misses(const std::vector<csv_field>& row) const {
        for (std::size_t i = 0; i < row.size(); ++i)
            if (roles_[i] != csv_role::ignored && is_missing(row[i])) return true;
        return false;
    }
    [[nodiscard]] bool is_missing(const csv_field& f) const {
        const std::vector<std::string>& texts = options_.missing;
        return std::find(texts.begin(), texts.end(), f.text) != texts.end();
    }
    void refuse(const csv_field& f, std::size_t index, std::size_t line, const char* expected) {
        bad("line ", line, ", column ", f.column, " (field ", index, " from 0",
            header_.empty() ? "" : ", " + quote(header_[index]), "): expected ", expected,
            ", found ", f.text.empty() ? "nothing" : quote(f.text));
        header_like_ = header_like_ || (data_.x.size() < data_.inputs && !has_header());
        gaps_ = gaps_ || is_missing(f);
    }

    [[nodiscard]] std::optional<error> no_rows() const {
        if (data_.rows() != 0) return std::nullopt;
        if (dropped_ != 0)
            return wrong("expected a row without missing values, found none among ", dropped_);
        return wrong("expected at least one row, found none after ", options_.skip_lines,
                     " skipped lines", header_.empty() ? "" : " and the header");
    }

    // Labels that are all whole numbers below 2^16 are the classes, unless these have names.
    bool take_numbers() {
        std::vector<std::uint32_t> numbers;
        for (const std::string& label : labels_) {
            std::uint16_t number = 0;
            const char* const end = label.data() + label.size();
            const auto read = std::from_chars(label.data(), end, number);
            if (read.ec != std::errc() || read.ptr != end) return false;
            numbers.push_back(number);
        }
        data_.classes = *std::max_element(numbers.begin(), numbers.end()) + std::size_t{1};
        data_.labels = std::move(numbers);
        return true;
    }
    // Those that have numbers keep them; others follow in alphabetical order.
    std::optional<error> name_classes() {
        const std::vector<std::string>& known = options_.class_name;
        if (!options_.label || (known.empty() && take_numbers())) return std::nullopt;
        data_.class_name = known;
        std::map<std::string_view, std::size_t> numbers;
        for (const std::string& name : known)
            if (!numbers.emplace(name, numbers.size()).second)
                return wrong("csv_options::class_name has ", quote(name), " twice");
        std::set<std::string_view> added;
        for (const std::string& label : labels_)
            if (!numbers.contains(label)) added.insert(label);
        for (const std::string_view name : added) {
            numbers.emplace(name, numbers.size());
            data_.class_name.emplace_back(name);
        }
        for (const std::string& label : labels_)
            data_.labels.push_back(static_cast<std::uint32_t>(numbers[label]));
        data_.classes = data_.class_name.size();
        if (!known.empty() && !added.empty())
            note(added.size(), added.size() == 1 ? " class is" : " classes are",
                 " new: ", quoted_list(added), ", numbered from ", known.size());
        return std::nullopt;
    }

    std::string name_;
    const csv_options& options_;
    std::vector<std::string> header_;
    std::size_t header_line_ = 0;
    std::vector<csv_role> roles_;
    std::vector<std::string> labels_;
    dataset data_;
    std::size_t dropped_ = 0; // rows
    std::vector<std::string> bad_;
    std::size_t bad_count_ = 0;
    bool header_like_ = false; // something is wrong in the first row
    bool gaps_ = false;        // a missing value is among what is wrong
};

} // namespace detail

// `name` stands for the file in messages.
[[nodiscard]] inline result<dataset> parse_csv(std::string_view text, std::string_view name,
                                               const csv_options& options = {}) {
    return detail::csv_table(name, options).read(text);
}

[[nodiscard]] inline result<dataset> read_csv(const std::string& path,
                                              const csv_options& options = {}) {
    const result<std::string> text = read_file(path, max_array_file);
    if (!text) return text.error();
    return parse_csv(*text, path, options);
}

} // namespace laminate::inline LAMINATE_ISA
