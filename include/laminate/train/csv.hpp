// SPDX-License-Identifier: MIT
#pragma once

// Reads a table of numbers in text: CSV (RFC 4180) and its relatives with other separators. Needs
// UTF-8 or ASCII. Promises numbers rounded to the nearest float in every locale, and errors that
// name file, line and column, what was expected, and what was found.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../base/compiler.hpp"
#include "../model/file.hpp"
#include "dataset.hpp"
#include "idx.hpp"

namespace laminate::inline LAMINATE_ISA {

struct csv_options {
    // Instead of a column's number, counted from 0: the last one.
    static constexpr std::size_t last = static_cast<std::size_t>(-1);

    char separator = ',';                  // ' ' stands for any run of blanks and tabs
    std::size_t skip_lines = 0;            // lines before the first row, such as a header
    std::optional<std::size_t> label = {}; // the column that names a row's class
    std::vector<std::size_t> targets = {}; // columns to predict
    std::vector<std::size_t> ignore = {};  // columns to leave out
};

namespace detail {

struct csv_field {
    std::string text;
    std::size_t column; // of the first character, counted from 1, as editors do
};

// Cuts text into rows of fields. A quoted field may hold separators, doubled quotes and line ends.
class csv_reader {
public:
    csv_reader(std::string_view text, char separator) : text_(text), separator_(separator) {
        if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3); // a byte order mark
    }

    [[nodiscard]] std::size_t line() const { return row_line_; } // of the row last read
    [[nodiscard]] const std::string& problem() const { return problem_; }

    void skip_line() {
        const std::size_t end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end + 1;
        line_start_ = at_;
        ++line_;
    }

    // The next row that isn't blank; false at the end or at a problem.
    bool next(std::vector<csv_field>& row) {
        while (problem_.empty() && at_ < text_.size()) {
            row.clear();
            row_line_ = line_;
            do {
                row.push_back(field());
            } while (problem_.empty() && take_separator());
            end_line();
            const bool blank = row.size() == 1 && row[0].text.empty();
            if (problem_.empty() && !blank) return true;
        }
        return false;
    }

private:
    [[nodiscard]] bool is_blank(std::size_t at) const {
        return at < text_.size() && (text_[at] == ' ' || (text_[at] == '\t' && separator_ != '\t'));
    }
    [[nodiscard]] bool at_line_end() const {
        return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r';
    }
    void skip_blanks() {
        while (is_blank(at_))
            ++at_;
    }

    csv_field field() {
        skip_blanks();
        csv_field f{{}, at_ - line_start_ + 1};
        if (at_ < text_.size() && text_[at_] == '"') {
            quoted(f.text);
            return f;
        }
        while (!at_line_end() && text_[at_] != separator_ && !(separator_ == ' ' && is_blank(at_)))
            f.text += text_[at_++];
        while (!f.text.empty() && (f.text.back() == ' ' || f.text.back() == '\t'))
            f.text.pop_back();
        return f;
    }

    void quoted(std::string& out) {
        const std::size_t opened = line_;
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"') {
                ++at_;
                if (at_ >= text_.size() || text_[at_] != '"') {
                    skip_blanks_before_separator();
                    return;
                }
            }
            if (text_[at_] == '\n') {
                ++line_;
                line_start_ = at_ + 1;
            }
            out += text_[at_];
        }
        problem_ = sentence("line ", opened, ": expected a closing quote, found the end");
    }
    void skip_blanks_before_separator() {
        if (separator_ != ' ') skip_blanks();
        if (!at_line_end() && text_[at_] != separator_ && !is_blank(at_))
            problem_ = sentence("line ", line_, ", column ", at_ - line_start_ + 1,
                                ": expected a separator behind a closing quote, found ",
                                quote(text_.substr(at_, 1)));
    }

    // With blanks as separators, those at the end of a line separate nothing.
    bool take_separator() {
        if (separator_ == ' ') {
            const bool there = is_blank(at_);
            skip_blanks();
            return there && !at_line_end();
        }
        const bool there = at_ < text_.size() && text_[at_] == separator_;
        if (there) ++at_;
        return there;
    }
    void end_line() {
        if (at_ < text_.size() && text_[at_] == '\r') ++at_;
        if (at_ < text_.size() && text_[at_] == '\n') ++at_;
        ++line_;
        line_start_ = at_;
    }

    std::string_view text_;
    char separator_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t row_line_ = 1;
    std::size_t line_start_ = 0;
    std::string problem_;
};

inline std::optional<float> csv_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    float value = 0.0f;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || text.empty()) return std::nullopt;
    if (code == std::errc::result_out_of_range) {
        // Too small is zero; too large is for the caller to refuse.
        double wide = 0.0;
        (void)std::from_chars(text.data(), text.data() + text.size(), wide);
        return std::fabs(wide) < 1.0 ? static_cast<float>(wide) : HUGE_VALF;
    }
    if (code != std::errc()) return std::nullopt;
    return value;
}

// What each column of the table is for.
enum class csv_role : std::uint8_t { input, target, label, ignored };

class csv_table {
public:
    csv_table(std::string_view name, const csv_options& options) : name_(name), options_(options) {}

    result<dataset> read(std::string_view text) {
        csv_reader in(text, options_.separator);
        for (std::size_t i = 0; i < options_.skip_lines; ++i)
            in.skip_line();
        std::vector<csv_field> row;
        while (in.next(row)) {
            if (roles_.empty() && !choose_roles(row.size(), in.line())) return error_;
            if (!add(row, in.line())) return error_;
        }
        if (!in.problem().empty()) return error{sentence(name_, ": ", in.problem())};
        if (roles_.empty())
            return error{sentence(name_, ": expected at least one row, found none after ",
                                  options_.skip_lines, " skipped lines")};
        name_classes();
        return std::move(data_);
    }

private:
    template <class... Parts>
    bool fail(const Parts&... what) {
        error_.message = sentence(name_, ": ", what...);
        return false;
    }

    bool assign(std::size_t column, csv_role role, std::size_t line) {
        if (column == csv_options::last) column = roles_.size() - 1;
        if (column >= roles_.size())
            return fail("line ", line, ": expected a column ", column, ", counted from 0, found ",
                        roles_.size(), " columns. Is the separator right?");
        if (roles_[column] != csv_role::input)
            return fail("column ", column, " is named twice in the options");
        roles_[column] = role;
        return true;
    }
    bool choose_roles(std::size_t columns, std::size_t line) {
        roles_.assign(columns, csv_role::input);
        for (const std::size_t column : options_.targets)
            if (!assign(column, csv_role::target, line)) return false;
        for (const std::size_t column : options_.ignore)
            if (!assign(column, csv_role::ignored, line)) return false;
        if (options_.label && !assign(*options_.label, csv_role::label, line)) return false;
        const auto count = [this](csv_role role) {
            return static_cast<std::size_t>(std::count(roles_.begin(), roles_.end(), role));
        };
        data_.inputs = count(csv_role::input);
        data_.outputs = count(csv_role::target);
        if (data_.inputs == 0)
            return fail("line ", line, ": expected a column of inputs, found ", columns,
                        " columns, none of which is left for them. Is the separator right?");
        return true;
    }

    bool add(const std::vector<csv_field>& row, std::size_t line) {
        if (row.size() != roles_.size())
            return fail("line ", line, ": expected ", roles_.size(),
                        " fields, as in the first row, found ", row.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (roles_[i] == csv_role::ignored) continue;
            if (roles_[i] == csv_role::label) {
                if (row[i].text.empty()) return refuse(row[i], i, line, "the name of a class");
                labels_.push_back(row[i].text);
                continue;
            }
            const std::optional<float> value = csv_number(row[i].text);
            if (!value || !std::isfinite(*value)) return refuse(row[i], i, line, "a finite number");
            (roles_[i] == csv_role::input ? data_.x : data_.targets).push_back(*value);
        }
        return true;
    }
    bool refuse(const csv_field& f, std::size_t index, std::size_t line, const char* expected) {
        return fail("line ", line, ", column ", f.column, " (field ", index, " from 0): expected ",
                    expected, ", found ", f.text.empty() ? "nothing" : quote(f.text),
                    ". Correct it, skip the line if it is a header (skip_lines), or leave the "
                    "column out (ignore)");
    }

    // Labels that are all whole numbers below 2^16 are the classes; others are numbered in
    // alphabetical order.
    void name_classes() {
        if (!options_.label) return;
        std::vector<std::uint32_t> numbers;
        for (const std::string& label : labels_) {
            std::uint16_t number = 0;
            const char* const end = label.data() + label.size();
            const auto read = std::from_chars(label.data(), end, number);
            if (read.ec != std::errc() || read.ptr != end) break;
            numbers.push_back(number);
        }
        if (numbers.size() == labels_.size()) {
            data_.classes = *std::max_element(numbers.begin(), numbers.end()) + std::size_t{1};
            data_.labels = std::move(numbers);
            return;
        }
        std::vector<std::string> names = labels_;
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        for (const std::string& label : labels_)
            data_.labels.push_back(static_cast<std::uint32_t>(
                std::lower_bound(names.begin(), names.end(), label) - names.begin()));
        data_.classes = names.size();
        data_.class_name = std::move(names);
    }

    std::string name_;
    const csv_options& options_;
    std::vector<csv_role> roles_;
    std::vector<std::string> labels_;
    dataset data_;
    error error_;
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
