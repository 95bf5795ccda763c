// SPDX-License-Identifier: MIT
// The networks of networks.hpp, each with its numbers of rows to a call: fused, unfused and by the
// peers, in time per row and as a share of what the same run finds the machine can do. Before it
// measures anything, it checks that single calls, batches and the unfused form give the same bits;
// their hash is in the report, and is the same with every compiler and instruction set.

#include "beside_peers.hpp"
#include "images.hpp"
#include "report_main.hpp"

#include <cinttypes>
#include <type_traits>

namespace {

namespace lam = laminate;

// Single calls take another row each time, as in use: as many as half an L1 cache holds, so that
// they leave the L2 cache to the weights; more images, because zeros are what branches depend on.
template <class Network>
constexpr std::size_t different_rows = std::clamp<std::size_t>(8192 / lam::model<Network>::inputs,
                                                               8, 512);
template <>
constexpr std::size_t different_rows<bench::digits_images> = 64;

// All bits of this many rows are compared.
constexpr std::size_t compared_rows = 1024;

template <class Network>
std::vector<float> rows_for(std::size_t count) {
    if constexpr (std::is_same_v<Network, bench::digits_images>)
        return bench::images(count);
    else
        return bench::seeded_rows(count * lam::model<Network>::inputs);
}

// A network's model and rows, made once.
template <class Network>
struct subject {
    using model = lam::model<Network>;
    static constexpr std::size_t most_rows = std::max(compared_rows, Network::rows.back());

    const model fused = bench::seeded_model<Network>();
    lam::unfused_model<model> unfused = lam::unfused(fused);
    const std::vector<float> in = rows_for<Network>(most_rows);
    std::vector<float> out = std::vector<float>(most_rows * model::outputs);

    static subject& instance() {
        static subject it;
        return it;
    }
};

template <class Network>
void check() {
    auto& s = subject<Network>::instance();
    constexpr std::size_t inputs = lam::model<Network>::inputs;
    constexpr std::size_t outputs = lam::model<Network>::outputs;
    const auto hash_of = [&s](auto form, std::size_t step) {
        for (std::size_t row = 0; row < compared_rows; row += step)
            form(&s.in[row * inputs], &s.out[row * outputs], step);
        return bench::hash_bits(std::span(s.out).first(compared_rows * outputs));
    };
    const std::uint64_t hash = hash_of(bench::form_of(s.fused), compared_rows);
    if (hash_of(bench::form_of(s.fused), 1) != hash ||
        hash_of(bench::form_of(s.unfused), compared_rows) != hash ||
        hash_of(bench::form_of(s.unfused), 1) != hash) {
        std::fprintf(stderr, "%s: single calls, batch and unfused form differ in bits\n",
                     Network::name);
        std::exit(1);
    }
    char text[17];
    std::snprintf(text, sizeof text, "%016" PRIx64, hash);
    benchmark::AddCustomContext(std::string("hash_") + Network::name, text);
}

template <class Network>
void add() {
    check<Network>();
    auto& s = subject<Network>::instance();
    for (const std::size_t rows : Network::rows) {
        const std::size_t all = (rows == 1 ? different_rows<Network> : rows) * s.fused.inputs;
        const bench::work w =
            bench::work_of<Network>(Network::name, std::span(s.in).first(all), s.out, rows);
        bench::add_form(w, "fused", bench::form_of(s.fused));
        bench::add_form(w, "unfused", bench::form_of(s.unfused));
        bench::add_peers(w, s.fused);
    }
}

} // namespace

int main(int argc, char** argv) {
    bench::add_context<bench::policy>();
    const char* const file = std::getenv("LAMINATE_BENCH_IMAGES");
    benchmark::AddCustomContext("images", file != nullptr ? "from a file" : "drawn");
    bench::for_each(bench::networks_and_images{}, [](auto network) { add<decltype(network)>(); });
    return bench::run(argc, argv);
}
