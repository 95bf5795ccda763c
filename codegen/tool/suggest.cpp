// SPDX-License-Identifier: MIT
#include "suggest.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string_view>

#include "described.hpp"

namespace laminate::codegen::tool {

namespace {

// Letters to add, remove, replace or swap with their neighbour (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before;
    std::vector<std::size_t> above(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> now(b.size() + 1, i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            now[j] = std::min({above[j] + 1, now[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        before = std::move(above);
        above = std::move(now);
    }
    return above.back();
}

// Nearest by spelling, a letter in three wrong at most; else what the word begins with, as in
// --output-dir, or the one that begins with it, as with --out.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
    std::optional<std::string> best;
    std::size_t least = word.size() / 3 + 1;
    for (const std::string& k : known)
        if (const std::size_t d = distance(word, k); d < least) {
            least = d;
            best = k;
        }
    if (best || word.size() < 3) return best;
    for (const std::string& k : known)
        if ((word.starts_with(k) || k.starts_with(word)) && (!best || k.size() > best->size()))
            best = k;
    return best;
}

// What the user typed as an option, without dashes and value; nothing for others, and for numbers.
std::string option_name(const std::string& word) {
    const std::size_t dashes = word.find_first_not_of('-');
    if (dashes == 0 || dashes == std::string::npos || word.size() < dashes + 2) return "";
    const std::string name = word.substr(dashes, word.find('=') - dashes);
    const bool number = name.find_first_not_of("0123456789.,") == std::string::npos;
    return number || (name[0] >= '0' && name[0] <= '9') ? "" : name;
}

std::string asked(const std::string& word) { return "Did you mean " + word + "?\n"; }

} // namespace

std::string suggestion(const CLI::App& app, const std::vector<std::string>& words) {
    std::vector<std::string> commands;
    std::vector<std::string> options = {"help", "version"};
    for (const described_command& c : describe(app)) {
        commands.push_back(c.name);
        if (words.empty() || c.name != words[0]) continue;
        options = {"help"};
        for (const described_option& o : c.options)
            if (!o.positional) options.push_back(o.name.substr(2));
    }
    if (words.empty()) return "";
    if (!words[0].starts_with('-')) {
        if (const auto meant = nearest(words[0], commands); meant && *meant != words[0])
            return asked(*meant);
    }
    for (const std::string& word : words) {
        const std::string name = option_name(word);
        if (name.empty()) continue;
        const bool known = std::find(options.begin(), options.end(), name) != options.end();
        if (known && word.starts_with("--")) continue;
        if (const auto meant = nearest(name, options)) return asked("--" + *meant);
    }
    return "";
}

} // namespace laminate::codegen::tool
