// SPDX-License-Identifier: MIT

// What articles say about ReLU, as experiments: `relu vanishing`, `relu dying`, ..., `relu all`.
// Needs examples/data. Promises a table, a figure and a verdict for each claim.

#include "experiment.hpp"

#include <cstring>
#include <exception>
#include <iostream>
#include <string_view>

namespace {

struct experiment {
    std::string_view name;
    std::string_view what;
    relu::findings (*run)(const relu::options&);
};

constexpr experiment experiments[] = {
    {"vanishing", "gradient norm by depth: sigmoid, tanh, ReLU", relu::vanishing},
    {"dying", "dead units by learning rate and bias; leaky ReLU, PReLU, ELU", relu::dying},
    {"sparsity", "share of zero activations, and what it buys", relu::sparsity},
    {"cost", "time of ReLU, sigmoid, tanh, ELU, alone and in networks", relu::cost},
    {"regions", "decision regions, and the linear pieces of a network", relu::regions},
    {"initialisation", "He, Glorot, small constants; scaled inputs; L1 and L2",
     relu::initialisation},
    {"pretraining", "greedy layer-wise pretraining against training at once", relu::pretraining},
    {"tasks", "regression, binary, multi-class, multi-label", relu::tasks},
    {"anomaly", "an autoencoder that finds anomalies, with its ROC curve", relu::anomaly},
};

int usage(std::ostream& to, const char* program, int code) {
    to << "usage: " << program
       << " <experiment>|all [--quick] [--out <folder>] [--data <folder>]\n\n";
    for (const experiment& e : experiments)
        to << "  " << e.name << std::string(16 - e.name.size(), ' ') << e.what << '\n';
    to << "\n  --quick          less of everything, for tests; figures are not those of the docs\n"
          "  --out <folder>   where figures are written (default: this folder)\n"
          "  --data <folder>  with diabetes and mnist_t10k_0_7000 (default: generated data, "
          "digits)\n"
          "\nexit code: 0 all claims came out as documented, 1 a file failed, 2 wrong usage,\n"
          "           3 a claim came out otherwise\n";
    return code;
}

bool run(const experiment& e, const relu::options& o) {
    std::printf("## %s: %s\n", std::string(e.name).c_str(), std::string(e.what).c_str());
    const bool as_found = e.run(o).as_found();
    std::printf(as_found ? "\n" : "not as documented, see docs/relu.md\n\n");
    std::fflush(stdout);
    return as_found;
}

} // namespace

int main(int argc, char** argv) try {
    relu::options o;
    std::string_view name;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--help" || word == "-h") return usage(std::cout, argv[0], 0);
        if (word == "--quick") {
            o.quick = true;
        } else if ((word == "--out" || word == "--data") && i + 1 < argc) {
            (word == "--out" ? o.out : o.data) = argv[++i];
        } else if (name.empty() && !word.starts_with('-')) {
            name = word;
        } else {
            std::cerr << "relu: '" << word << "' is not expected here\n";
            return usage(std::cerr, argv[0], 2);
        }
    }
    std::filesystem::create_directories(o.out);
    bool known = false, as_found = true;
    for (const experiment& e : experiments)
        if (name == e.name || name == "all") {
            known = true;
            as_found = run(e, o) && as_found;
        }
    if (!known) {
        std::cerr << "relu: " << (name.empty() ? "which experiment?" : "no such experiment")
                  << '\n';
        return usage(std::cerr, argv[0], 2);
    }
    return as_found ? 0 : 3;
} catch (const std::exception& error) {
    std::cerr << "relu: " << error.what() << '\n';
    return 1;
}
