// SPDX-License-Identifier: MIT
#pragma once

// What the experiments share: their options, tables in Markdown, and claims, which are said to hold
// or not. Needs the standard library. Promises output that is the same in every run on every
// machine, but for what is measured in time.

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace relu {

/// How a claim came out when the documentation was written; `either` where little training can't
/// tell.
enum class expected { held, not_held, either };

struct options {
    bool quick = false;              // a fraction of a second: for tests
    std::filesystem::path out = "."; // where figures go
    std::filesystem::path data = {}; // a folder of larger data sets, or empty

    expected unless_quick(expected e) const { return quick ? expected::either : e; }
};

/// What an experiment found of its claims, so that a test notices another outcome than documented.
class findings {
public:
    /// Prints the claim, and whether it held.
    void claim(bool held, const std::string& words, expected e = expected::held) {
        std::printf("%s: %s\n", held ? "held" : "did not hold", words.c_str());
        as_found_ = as_found_ && (e == expected::either || held == (e == expected::held));
    }
    void figure(const std::filesystem::path& file) {
        std::printf("figure: %s\n", file.filename().string().c_str());
    }
    bool as_found() const { return as_found_; }

private:
    bool as_found_ = true;
};

inline std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}
/// 1.2e-05
inline std::string powers(double value) {
    char text[64];
    std::snprintf(text, sizeof text, "%.1e", value);
    return text;
}
inline std::string percent(double share, int digits = 1) {
    return fixed(100 * share, digits) + " %";
}

/// A Markdown table: numbers to the right, the first column to the left.
inline void print_table(const std::vector<std::string>& head,
                        const std::vector<std::vector<std::string>>& rows) {
    const auto print = [](const std::vector<std::string>& cells) {
        for (const std::string& cell : cells)
            std::printf("| %s ", cell.c_str());
        std::puts("|");
    };
    std::putchar('\n');
    print(head);
    for (std::size_t i = 0; i < head.size(); ++i)
        std::fputs(i == 0 ? "|---" : "|---:", stdout);
    std::puts("|");
    for (const auto& row : rows)
        print(row);
    std::putchar('\n');
}

// The experiments, each in the file of its name.
findings vanishing(const options& o);
findings dying(const options& o);
findings sparsity(const options& o);
findings cost(const options& o);
findings regions(const options& o);
findings initialisation(const options& o);
findings pretraining(const options& o);
findings tasks(const options& o);
findings anomaly(const options& o);

} // namespace relu
