// SPDX-License-Identifier: MIT
// What zeros are worth: 1024-1024-1024 with ReLU, one row a call, where a given share of what each
// layer reads is zero: of the input at random, of the hidden units by their bias. 512 different
// rows take turns, each with a pattern of its own.

#include "beside_peers.hpp"
#include "networks.hpp"
#include "report_main.hpp"

#include <algorithm>
#include <vector>

namespace {

namespace lam = laminate;

constexpr std::size_t width = 1024;
constexpr std::size_t different_rows = 512;
constexpr int shares[] = {0, 25, 50, 75, 90, 95}; // percent

struct pair : lam::network<lam::input<width> | lam::dense<width> | lam::relu | lam::dense<width> |
                           lam::relu> {};
struct half : lam::network<lam::input<width> | lam::dense<width>> {};

// Normal numbers, of which the smallest so many percent of each row are zero.
std::vector<float> rows_with_zeros(int percent) {
    std::vector<float> rows = bench::seeded_rows(different_rows * width);
    std::vector<float> sorted(width);
    const std::size_t zeros = width * static_cast<std::size_t>(percent) / 100;
    for (auto row = rows.begin(); row != rows.end(); row += width) {
        std::copy(row, row + width, sorted.begin());
        std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(zeros));
        std::replace_if(
            row, row + width, [least = sorted[zeros]](float x) { return x < least; }, 0.0f);
    }
    return rows;
}

// A model whose hidden units are zero as often as its inputs: the threshold is a quantile of what
// the hidden units are before ReLU.
lam::model<pair> model_with_zeros(const std::vector<float>& rows, int percent) {
    auto model = bench::seeded_model<pair>();
    lam::model<half> first;
    for (std::size_t o = 0; o < width; ++o) {
        model.layer<0>().bias[o] = 0.0f;
        for (std::size_t i = 0; i < width; ++i)
            first.layer<0>().weights(o, i) = model.layer<0>().weights(o, i);
    }
    std::vector<float> hidden(rows.size());
    first.batch(rows, hidden);
    const auto at = hidden.begin() + static_cast<std::ptrdiff_t>(
                                         hidden.size() * static_cast<std::size_t>(percent) / 100);
    std::ranges::nth_element(hidden, at);
    for (std::size_t o = 0; o < width; ++o)
        model.layer<0>().bias[o] = -*at + (percent == 0 ? 1.0f : 0.0f);
    return model;
}

// Lives as long as the program.
struct subject {
    std::vector<float> in;
    lam::model<pair> model;
    std::vector<float> out = std::vector<float>(width);

    explicit subject(int percent)
        : in(rows_with_zeros(percent)), model(model_with_zeros(in, percent)) {}
};

} // namespace

int main(int argc, char** argv) {
    bench::add_context<pair>();
    std::vector<std::unique_ptr<subject>> subjects;
    for (const int percent : shares) {
        subject& s = *subjects.emplace_back(std::make_unique<subject>(percent));
        const auto w = bench::work_of<pair>("zeros_" + std::to_string(percent), s.in, s.out, 1);
        bench::add_form(w, "fused", bench::form_of(std::as_const(s.model)));
        bench::add_peers(w, s.model);
    }
    return bench::run(argc, argv);
}
