// SPDX-License-Identifier: MIT
// A row has one result: computed alone or in a batch, wherever it stands in it, on every pack,
// fused or not, from any thread.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/networks.hpp"
#include "support/packs.hpp"

#include <algorithm>
#include <atomic>
#include <span>
#include <thread>
#include <vector>

namespace lam = laminate;
using lam::test::all_networks;
using lam::test::guarded_buffer;
using lam::test::random_model;
using lam::test::random_rows;
using lam::test::same_bits;

namespace {

constexpr std::size_t most_rows = 60;

template <class Network>
using row_in = std::span<const float, lam::model<Network>::inputs>;
template <class Network>
using row_out = std::span<float, lam::model<Network>::outputs>;

// Every row by itself.
template <class Network>
std::vector<float> one_by_one(const lam::model<Network>& model, const std::vector<float>& in) {
    using type = lam::model<Network>;
    const std::size_t rows = in.size() / type::inputs;
    std::vector<float> out(rows * type::outputs);
    for (std::size_t r = 0; r < rows; ++r)
        model(row_in<Network>(&in[r * type::inputs], type::inputs),
              row_out<Network>(&out[r * type::outputs], type::outputs));
    return out;
}

} // namespace

TEMPLATE_LIST_TEST_CASE("batch: every row equals the single call", "[batch]", all_networks) {
    using type = lam::model<TestType>;
    const type model = random_model<TestType>(1);
    const std::vector<float> in = random_rows<TestType>(most_rows, 2);
    const std::vector<float> expected = one_by_one(model, in);
    std::size_t wrong = 0;
    for (std::size_t rows = 0; rows <= most_rows; ++rows) {
        const lam::test::tight_buffer x(rows * type::inputs);
        std::copy_n(in.begin(), rows * type::inputs, x.data());
        const guarded_buffer y(rows * type::outputs);
        model.batch(x.span(), y.span());
        if (!y.intact()) ++wrong;
        if (!same_bits(y.span(), std::span(expected).first(rows * type::outputs))) ++wrong;
    }
    CHECK(wrong == 0);
}

TEMPLATE_LIST_TEST_CASE("batch: a row's place doesn't matter", "[batch]", all_networks) {
    using type = lam::model<TestType>;
    const type model = random_model<TestType>(3);
    const std::vector<float> row = random_rows<TestType>(1, 4);
    const std::vector<float> expected = one_by_one(model, row);
    std::vector<float> in = random_rows<TestType>(31, 5);
    std::vector<float> out(31 * type::outputs);
    for (std::size_t place = 0; place < 31; ++place) {
        std::copy(row.begin(), row.end(),
                  in.begin() + static_cast<std::ptrdiff_t>(place * type::inputs));
        model.batch(in, out);
        CHECK(same_bits(std::span(out).subspan(place * type::outputs, type::outputs), expected));
    }
}

TEMPLATE_LIST_TEST_CASE("run: the same bits on every pack, and where nothing is fused", "[batch]",
                        all_networks) {
    using type = lam::model<TestType>;
    using fused = lam::detail::static_plan<TestType, lam::ir::fusion::on>;
    using unfused = lam::detail::static_plan<TestType, lam::ir::fusion::off>;
    const type model = random_model<TestType>(6);
    const std::vector<float> in = random_rows<TestType>(13, 7);
    const std::vector<float> expected = one_by_one(model, in);
    const auto check = [&]<class Plan>(auto pack) {
        // Of the workspace too, nothing outside is touched; what was in it doesn't matter.
        const guarded_buffer scratch(5 * Plan::value.scratch_bytes / sizeof(float));
        const guarded_buffer out(expected.size());
        lam::detail::run_rows<decltype(pack), Plan>(
            model.packed().data(), {{in.data()}, {out.data()}}, scratch.data(), 13, 5);
        CHECK(scratch.intact());
        CHECK(out.intact());
        CHECK(same_bits(out.span(), expected));
    };
    lam::test::for_each_pack([&](auto pack) { check.template operator()<fused>(pack); });
    check.template operator()<unfused>(lam::pack::xsimd{});
}

TEMPLATE_LIST_TEST_CASE("run: a model inside an object, and one on the heap", "[batch]",
                        all_networks) {
    lam::static_model<TestType> inside;
    lam::test::randomize(inside, 8);
    const std::vector<float> in = random_rows<TestType>(9, 9);
    std::vector<float> out(9 * inside.outputs);
    inside.batch(in, out);
    CHECK(same_bits(out, one_by_one(random_model<TestType>(8), in)));
}

TEST_CASE("run: from many threads at once", "[batch]") {
    using network = lam::test::trigger;
    using type = lam::model<network>;
    const type model = random_model<network>(1);
    const std::vector<float> in = random_rows<network>(50, 2);
    const std::vector<float> expected = one_by_one(model, in);
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            std::vector<float> out(expected.size());
            for (int round = 0; round < 200; ++round) {
                std::fill(out.begin(), out.end(), -1.0f);
                model.batch(in, out);
                if (!same_bits(out, expected)) ++wrong;
            }
        });
    for (std::thread& t : threads)
        t.join();
    CHECK(wrong == 0);
}
