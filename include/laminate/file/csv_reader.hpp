// SPDX-License-Identifier: MIT
#pragma once

// Text as rows of fields (RFC 4180 and its relatives with other separators), and fields as numbers.
// Knows nothing of what columns mean: that is csv.hpp's.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "../base/compiler.hpp"
#include "../base/error.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

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
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
        end_line();
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

// Of a decimal number that no float is near to: whether it is too large, else it is too small.
// Its first digit that isn't 0 stands for a power of ten, which the exponent moves.
inline bool too_large(std::string_view decimal) {
    const std::size_t e = std::min(decimal.find_first_of("eE"), decimal.size());
    const std::string_view digits = decimal.substr(0, e);
    const std::size_t point = std::min(digits.find('.'), digits.size());
    const std::size_t first = digits.find_first_of("123456789");
    const auto place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
    std::string_view exponent = decimal.substr(std::min(e + 1, decimal.size()));
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    std::int64_t moved = 0;
    const auto read = std::from_chars(exponent.data(), exponent.data() + exponent.size(), moved);
    if (read.ec == std::errc::result_out_of_range) return !exponent.starts_with('-');
    // A text is far shorter than 2^62, so neither sum overflows.
    constexpr std::int64_t most = std::int64_t{1} << 62;
    return place + std::clamp(moved, -most, most) > 0;
}

// Rounded to the nearest float: too small a number is zero, too large a one infinite.
inline std::optional<float> csv_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    float value = 0.0f;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || text.empty()) return std::nullopt;
    if (code == std::errc::result_out_of_range)
        return std::copysign(too_large(text) ? HUGE_VALF : 0.0f, text[0] == '-' ? -1.0f : 1.0f);
    if (code != std::errc()) return std::nullopt;
    return value;
}

} // namespace laminate::inline LAMINATE_ISA::detail
