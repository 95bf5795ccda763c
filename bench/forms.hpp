// SPDX-License-Identifier: MIT
#pragma once

// A network as it is and unfused, whose bits are compared before anything is measured; their hash
// is in the report, and is the same with every compiler and instruction set.

#include "measure.hpp"
#include "networks.hpp"

#include <cinttypes>
#include <string>
#include <vector>

namespace bench {

// A network's model and rows, made once.
template <class Network>
struct subject {
    using model = lam::model<Network>;

    const model fused = seeded_model<Network>();
    lam::unfused_model<model> unfused = lam::unfused(fused);
    const std::vector<float> in;
    std::vector<float> out = std::vector<float>(in.size() / model::inputs * model::outputs);

    // The first call says which rows.
    static subject& instance(std::vector<float> rows = {}) {
        static subject it{.in = std::move(rows)};
        return it;
    }
};

// Of so many rows, all bits.
template <class Network>
void check(subject<Network>& s, std::size_t rows) {
    constexpr std::size_t inputs = lam::model<Network>::inputs;
    constexpr std::size_t outputs = lam::model<Network>::outputs;
    const auto hash_of = [&s, rows](auto form, std::size_t step) {
        for (std::size_t row = 0; row < rows; row += step)
            form(&s.in[row * inputs], &s.out[row * outputs], step);
        return hash_bits(std::span(s.out).first(rows * outputs));
    };
    const std::uint64_t hash = hash_of(form_of(s.fused), rows);
    if (hash_of(form_of(s.fused), 1) != hash || hash_of(form_of(s.unfused), rows) != hash ||
        hash_of(form_of(s.unfused), 1) != hash) {
        std::fprintf(stderr, "%s: single calls, batch and unfused form differ in bits\n",
                     Network::name);
        std::exit(1);
    }
    char text[17];
    std::snprintf(text, sizeof text, "%016" PRIx64, hash);
    benchmark::AddCustomContext(std::string("hash_") + Network::name, text);
}

template <class Network>
void add_forms(const work& w, subject<Network>& s) {
    add_form(w, "fused", form_of(s.fused));
    add_form(w, "unfused", form_of(s.unfused));
}

} // namespace bench
