// SPDX-License-Identifier: MIT
// A row has one result: computed alone or in a batch, wherever it stands in it, on every pack,
// fused or not, from any thread, by the interpreter; and it is near the reference in double. All in
// one file, as most of the time is that of compiling the networks.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/networks.hpp"
#include "support/packs.hpp"

#include <laminate/codegen/from_model.hpp>
#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/likely.hpp>
#include <laminate/codegen/graph/planned.hpp>
#include <laminate/codegen/graph/reference.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <thread>
#include <type_traits>
#include <vector>

namespace lam = laminate;
namespace ir = laminate::ir;
namespace test = laminate::test;
namespace codegen = laminate::codegen;
namespace reference = laminate::codegen::reference;
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
    // (The narrower portable packs have all kernels, and the networks of tests/bits.)
    check.template operator()<fused>(lam::pack::scalar{});
    check.template operator()<fused>(lam::pack::portable{});
    check.template operator()<fused>(lam::pack::xsimd{});
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

namespace {

// Numbers of all kinds: zeros of both signs, infinities, NaN, denormals and huge ones among them.
template <class Network>
std::vector<float> odd_rows(std::size_t rows) {
    constexpr float inf = std::numeric_limits<float>::infinity();
    std::vector<float> in = test::random_rows<Network>(rows, 9);
    test::random r(3);
    const float odd[] = {0.0f, -0.0f, inf, -inf, inf - inf, 1e-42f, 1e30f, -1e30f};
    for (float& f : in)
        if (r.below(8) == 0) f = odd[r.below(std::size(odd))];
    return in;
}

template <class Network>
void same_as_model(std::uint64_t seed) {
    const auto model = test::random_model<Network>(seed);
    const codegen::graph g = codegen::graph_of(model);
    for (const ir::fusion mode : {ir::fusion::on, ir::fusion::off}) {
        const codegen::planned planned = codegen::plan_graph(g, mode).value();
        if (mode == ir::fusion::on) REQUIRE(test::same_bits(planned.packed(), model.packed()));
        for (const auto& in : {test::random_rows<Network>(7, seed), odd_rows<Network>(30)}) {
            std::vector<float> expected(in.size() / model.inputs * model.outputs);
            model.batch(in, expected);
            CHECK(test::same_bits(codegen::evaluate(planned, in), expected));
            const auto row = std::span(in).first(model.inputs);
            CHECK(test::same_bits(codegen::evaluate_nodes(planned, row).back(),
                                  std::span(expected).first(model.outputs)));
        }
    }
}

} // namespace

TEMPLATE_LIST_TEST_CASE("evaluate: the bits of the model", "[evaluate]", test::all_networks) {
    same_as_model<TestType>(1);
    same_as_model<TestType>(2);
}

namespace {

using lam::dense, lam::input, lam::no_bias, lam::relu;

// Widths around those where the order of a sum changes: narrow layers, chains, panels, zeros.
struct few_in : lam::network<input<7> | dense<8> | relu | dense<9>> {};
struct narrow_1 : lam::network<input<37> | dense<1>> {};
struct narrow_2 : lam::network<input<129> | dense<2>> {};
struct narrow_5 : lam::network<input<16> | dense<5>> {};
struct narrow_8 : lam::network<input<201> | dense<8>> {};
struct chains_8 : lam::network<input<33> | dense<16> | dense<17>> {};
struct chains_2 : lam::network<input<50> | dense<64> | relu | dense<65>(no_bias)> {};
struct panels : lam::network<input<40> | dense<129> | dense<257>> {};
struct skipping : lam::network<input<300> | dense<70> | relu | dense<300> | relu | dense<140>> {};

using widths = std::tuple<few_in, narrow_1, narrow_2, narrow_5, narrow_8, chains_8, chains_2,
                          panels, skipping>;

} // namespace

TEMPLATE_LIST_TEST_CASE("evaluate: every kind of sum", "[evaluate]", widths) {
    same_as_model<TestType>(5);
}

TEMPLATE_LIST_TEST_CASE("model: near the reference in double", "[reference]", test::all_networks) {
    using type = lam::model<TestType>;
    const auto& nodes = lam::plan(TestType{}).nodes;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const type model = test::random_model<TestType>(seed);
        const auto parameters = lam::codegen::parameters_of(model);
        const std::vector<float> in = test::random_rows<TestType>(7, seed);
        std::vector<float> out(7 * type::outputs);
        model.batch(in, out);
        for (std::size_t r = 0; r < 7; ++r) {
            const auto row = std::span(in).subspan(r * type::inputs, type::inputs);
            const reference::row exact = reference::interpret(nodes, parameters, row).back();
            const reference::row likely =
                reference::interpret_likely(nodes, parameters, row).back();
            REQUIRE(exact.size() == type::outputs);
            for (std::size_t o = 0; o < exact.size(); ++o) {
                const auto found = static_cast<double>(out[r * type::outputs + o]);
                INFO("row " << r << ", output " << o << ", bound " << exact[o].bound << " or "
                            << likely[o].bound);
                REQUIRE(std::abs(found - exact[o].value) <= exact[o].bound);
                REQUIRE(likely[o].value == exact[o].value);
                REQUIRE(likely[o].bound <= exact[o].bound);
                REQUIRE(std::abs(found - likely[o].value) <= likely[o].bound);
            }
        }
    }
}

namespace {

// Of any output's bound, as a part of the largest output, over some rows.
template <class Interpret, class Network>
double coarseness(Interpret interpret, Network) {
    const auto model = test::random_model<Network>(1);
    const auto parameters = lam::codegen::parameters_of(model);
    const std::vector<float> in = test::random_rows<Network>(7, 1);
    constexpr std::size_t inputs = lam::model<Network>::inputs;
    double bound = 0.0, size = 0.0;
    for (std::size_t r = 0; r < 7; ++r) {
        const auto row = std::span<const float>(in).subspan(r * inputs, inputs);
        const reference::row outputs =
            interpret(lam::plan(Network{}).nodes, parameters, row).back();
        for (const reference::estimate& e : outputs) {
            bound = std::max(bound, e.bound);
            size = std::max(size, std::abs(e.value));
        }
    }
    return bound / size;
}

const auto worst = [](const auto&... all) { return reference::interpret(all...); };
const auto likely = [](const auto&... all) { return reference::interpret_likely(all...); };

} // namespace

// A bound that lets anything pass would be no test: none may reach half a per cent of the outputs,
// and of most networks it is a hundred times less.
TEMPLATE_LIST_TEST_CASE("reference: the bound tells right from wrong", "[reference]",
                        test::all_networks) {
    // relu jumps at its threshold, and a value may be near it; whether two values are equal nothing
    // tells that may round them.
    constexpr double most = std::is_same_v<TestType, test::choices>     ? 20.0
                            : std::is_same_v<TestType, test::piecewise> ? 0.5
                                                                        : 5e-5;
    CHECK(coarseness(likely, TestType{}) < most);
}

TEST_CASE("reference: behind many layers the worst case says nothing, the likely one does",
          "[reference]") {
    CHECK(coarseness(worst, test::deep{}) > 0.001);
    CHECK(coarseness(likely, test::deep{}) < 1e-5);
    CHECK(coarseness(worst, test::one_by_one{}) < 1e-6);
    CHECK(coarseness(worst, test::narrow{}) < 1e-5);
    CHECK(coarseness(worst, test::softmaxes{}) < 1e-4);
    CHECK(coarseness(worst, test::only_function{}) < 1e-6);
}

// An error in the last layer's inputs, of a hundred units alike: either way at once it gives a
// hundred times one unit's, by chance ten times.
