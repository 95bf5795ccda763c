// SPDX-License-Identifier: MIT
// A model as a value: copies, moves, comparison, views of its parameters, what it accepts as rows.

#include "support/catch.hpp"
#include "support/networks.hpp"
#include "support/stopped.hpp"

#include <laminate/model/parallel.hpp>
#include <laminate/model/threads.hpp>
#include <laminate/model/unfused.hpp>

#include <boost/hana/size.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace lam = laminate;
using lam::test::contains;
using lam::test::random_model;
using lam::test::random_rows;
using lam::test::stopped;

namespace {

struct small : lam::network<lam::input<3> | lam::dense<20> | lam::relu |
                            lam::dense<2>(lam::no_bias) | lam::prelu> {};
using model = lam::model<small>;
using static_model = lam::static_model<small>;

constexpr std::array<float, 3> row = {0.5f, -1.0f, 2.0f};

} // namespace

TEST_CASE("model: a regular type that moves without throwing", "[model]") {
    static_assert(std::regular<model> && std::regular<static_model>, "a model is a value");
    static_assert(std::is_nothrow_move_constructible_v<model> &&
                      std::is_nothrow_move_assignable_v<model>,
                  "a move takes the memory along");
    static_assert(!std::is_convertible_v<small, model>, "no model by accident");
    SUCCEED();
}

TEST_CASE("model: starts with zeros", "[model]") {
    const model m;
    for (float f : m.packed())
        CHECK(f == 0.0f);
    CHECK(m == model(small{}));
    CHECK(m(row) == std::array{0.0f, 0.0f});
}

TEST_CASE("model: parameters are aligned to lines", "[model]") {
    const model m;
    const auto s = std::make_unique<static_model>();
    CHECK(reinterpret_cast<std::uintptr_t>(m.packed().data()) % 64 == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(s->packed().data()) % 64 == 0);
}

TEST_CASE("model: a copy is equal and apart", "[model]") {
    const model a = random_model<small>(1);
    model b = a;
    CHECK(a == b);
    CHECK(a(row) == b(row));
    CHECK(a.packed().data() != b.packed().data());
    b.layer<0>().weights(19, 2) += 1.0f;
    CHECK(a != b);
    CHECK(a == random_model<small>(1));
    CHECK(a != random_model<small>(2));
}

TEST_CASE("model: assignment", "[model]") {
    model a = random_model<small>(1);
    const model b = random_model<small>(2);
    a = b;
    CHECK(a == b);
    model& same = a;
    a = same;
    CHECK(a == b);
    a = std::move(same);
    CHECK(a == b);
    using std::swap;
    model c = random_model<small>(3);
    swap(a, c);
    CHECK(c == b);
    CHECK(a == random_model<small>(3));
}

TEST_CASE("model: a move leaves a new one, with zeros", "[model]") {
    model a = random_model<small>(1);
    const float* const memory = a.packed().data();
    model b = std::move(a);
    CHECK(b == random_model<small>(1));
    CHECK(b.packed().data() == memory);
    CHECK(a == model()); // NOLINT(bugprone-use-after-move): that is the promise
    CHECK(a(row) == model()(row));
    std::array<float, 4> out = {1.0f, 1.0f, 1.0f, 1.0f};
    a.batch(std::array{row, row}, out);
    CHECK(out == std::array<float, 4>{});
    const model copy = a;
    CHECK(copy == model());
    // Those that share the zeros don't share what is written then.
    const model c = std::move(b);
    a.layer<0>().bias[3] = 1.0f;
    CHECK(a != model());
    CHECK(b == model()); // NOLINT(bugprone-use-after-move)
    CHECK(model(std::move(a)) != model());
    a = c;
    CHECK(a == random_model<small>(1));
    a = std::move(b);
    CHECK(a == model());
    static_assert(std::is_nothrow_move_constructible_v<model>);
    static_assert(std::is_nothrow_move_assignable_v<model>);
}

TEST_CASE("model: inside the object, the same in all respects", "[model]") {
    static_model a;
    lam::test::randomize(a, 1);
    const static_model b = a;
    CHECK(a == b);
    CHECK(a(row) == random_model<small>(1)(row));
    a.layer<3>().slope[1] = 7.0f;
    CHECK(a != b);
}

TEST_CASE("model: views speak of weights as users do", "[model]") {
    model m;
    m.layer<0>().weights(19, 2) = 3.0f;
    m.layer<0>().bias[19] = 1.0f;
    m.layer<2>().weights(1, 19) = 2.0f;
    m.layer<3>().slope[1] = 0.25f;
    CHECK(m(row) == std::array{0.0f, 14.0f}); // 2 * (3 * 2 + 1)
    m.layer<2>().weights(1, 19) = -2.0f;
    CHECK(m(row) == std::array{0.0f, -3.5f});
    const model& constant = m;
    CHECK(constant.layer<0>().weights(19, 2) == 3.0f);
    static_assert(std::is_same_v<decltype(constant.layer<0>().weights(0, 0)), const float&>,
                  "a constant model's parameters are constant");
    static_assert(std::is_same_v<decltype(m.layer<0>().weights(0, 0)), float&>, "others are not");
}

TEST_CASE("model: views know their shapes, and layers have what they learn", "[model]") {
    model m;
    const auto first = m.layer<0>();
    CHECK(first.weights.outputs() == 20);
    CHECK(first.weights.inputs() == 3);
    CHECK(first.bias.size() == 20);
    const auto has_bias = [](const auto& layer) {
        return requires { layer.bias; };
    };
    const auto has_weights = [](const auto& layer) {
        return requires { layer.weights; };
    };
    CHECK(has_bias(first));
    CHECK_FALSE(has_weights(m.layer<1>()));
    CHECK_FALSE(has_bias(m.layer<2>()));
    CHECK(m.layer<3>().slope.size() == 2);
    lam::model<lam::test::slopes> shared;
    CHECK(shared.layer<0>().slope.size() == 10);
    CHECK(shared.layer<4>().slope.size() == 1);
    CHECK(shared.layer<7>().slope.size() == 3);
}

TEST_CASE("model: layers() walks all of them", "[model]") {
    model m = random_model<small>(4);
    static_assert(decltype(boost::hana::size(m.layers()))::value == 4, "a layer each");
    std::size_t learned = 0;
    boost::hana::for_each(m.layers(), [&learned](const auto& layer) {
        if constexpr (requires { layer.weights; })
            learned += layer.weights.outputs() * layer.weights.inputs();
        if constexpr (requires { layer.bias; }) learned += layer.bias.size();
        if constexpr (requires { layer.slope; }) learned += layer.slope.size();
    });
    CHECK(learned == lam::plan(small{}).parameters);
    m.layers()[boost::hana::size_c<0>].bias[3] = 42.0f;
    CHECK(std::as_const(m).layers()[boost::hana::size_c<0>].bias[3] == 42.0f);
}

TEMPLATE_LIST_TEST_CASE("model: every parameter has a float of its own", "[model]",
                        lam::test::all_networks) {
    lam::model<TestType> m;
    std::size_t learned = 0;
    const auto mark = [&learned](float& f) {
        CHECK(f == 0.0f);
        f = 1.0f;
        ++learned;
    };
    boost::hana::for_each(m.layers(), [&mark](const auto& layer) {
        if constexpr (requires { layer.weights; })
            for (std::size_t o = 0; o < layer.weights.outputs(); ++o)
                for (std::size_t i = 0; i < layer.weights.inputs(); ++i)
                    mark(layer.weights(o, i));
        if constexpr (requires { layer.bias; })
            for (std::size_t o = 0; o < layer.bias.size(); ++o)
                mark(layer.bias[o]);
        if constexpr (requires { layer.slope; })
            for (std::size_t u = 0; u < layer.slope.size(); ++u)
                mark(layer.slope[u]);
        if constexpr (requires { layer.scale; })
            for (std::size_t u = 0; u < layer.scale.size(); ++u) {
                mark(layer.scale[u]);
                if constexpr (requires { layer.shift; }) mark(layer.shift[u]);
            }
    });
    CHECK(learned == lam::plan(TestType{}).parameters);
    std::size_t marked = 0;
    for (float f : m.packed())
        marked += f == 1.0f ? 1 : 0;
    CHECK(marked == learned);
}

TEST_CASE("model: a row is an array or a span, in or out", "[model]") {
    const model m = random_model<small>(5);
    const std::array<float, 2> expected = m(row);
    CHECK(m({0.5f, -1.0f, 2.0f}) == expected);
    CHECK(m(std::span<const float, 3>(row)) == expected);
    float raw_in[3] = {0.5f, -1.0f, 2.0f};
    CHECK(m(raw_in) == expected);
    CHECK(m(std::span(raw_in)) == expected);
    const std::vector<float> vector(row.begin(), row.end());
    CHECK(m(std::span(vector).first<3>()) == expected);

    std::array<float, 2> out = {};
    m(row, out);
    CHECK(out == expected);
    float raw_out[2] = {};
    m(row, raw_out);
    CHECK(raw_out[1] == expected[1]);
    std::vector<float> vector_out(5);
    m(row, std::span(vector_out).subspan<2, 2>());
    CHECK(vector_out[0] == 0.0f);
    CHECK(vector_out[3] == expected[1]);
    CHECK(vector_out[4] == 0.0f);
}

TEST_CASE("batch: rows are floats, arrays of floats, or nothing", "[model]") {
    const model m = random_model<small>(5);
    const std::vector<float> flat = random_rows<small>(4, 1);
    std::vector<float> expected(8);
    m.batch(flat, expected);

    std::vector<std::array<float, 3>> rows(4);
    for (std::size_t i = 0; i < flat.size(); ++i)
        rows[i / 3][i % 3] = flat[i];
    std::vector<std::array<float, 2>> out(4);
    m.batch(rows, out);
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(out[i / 2][i % 2] == expected[i]);

    float raw_rows[4][3] = {};
    for (std::size_t i = 0; i < flat.size(); ++i)
        raw_rows[i / 3][i % 3] = flat[i];
    std::array<float, 8> array_out = {};
    m.batch(raw_rows, array_out);
    CHECK(std::vector<float>(array_out.begin(), array_out.end()) == expected);

    std::vector<float> span_out(8);
    m.batch(std::span(flat).first<12>(), std::span(span_out));
    CHECK(span_out == expected);
    m.batch(std::span(std::as_const(rows)), std::span<float, 8>(span_out));
    CHECK(span_out == expected);

    m.batch(std::vector<float>{}, std::span<float>{});
    m.batch(std::vector<std::array<float, 3>>{}, std::vector<std::array<float, 2>>{});
}

TEST_CASE("batch: with the caller's memory", "[model]") {
    const model m = random_model<small>(5);
    const std::vector<float> in = random_rows<small>(7, 1);
    std::vector<float> expected(14);
    m.batch(in, expected);
    std::vector<float> out(14);
    std::vector<float> workspace(model::workspace_floats);
    m.batch(in, out, workspace);
    CHECK(out == expected);
    for (const std::size_t rows : {3u, 5u, 100u}) {
        std::vector<float> again(14);
        std::vector<float> larger(rows * model::workspace_floats + 1);
        m.batch(in, again, larger);
        CHECK(again == expected);
    }

    // Rows too large for the stack can only be computed so.
    struct wide : lam::network<lam::input<2> | lam::dense<140'000> | lam::relu | lam::dense<2>> {};
    auto large = random_model<wide>(1);
    std::vector<float> large_workspace(lam::model<wide>::workspace_floats);
    std::vector<float> two_rows(4);
    std::vector<float> one_row(2);
    large.batch(std::vector{1.0f, 2.0f, -1.0f, 0.5f}, two_rows, large_workspace);
    large.batch(std::vector{-1.0f, 0.5f}, one_row, large_workspace);
    CHECK(std::vector(two_rows.begin() + 2, two_rows.end()) == one_row);
}

TEST_CASE("model: rows out, rows in and workspace are apart", "[model]") {
    struct square : lam::network<lam::input<4> | lam::dense<4>> {};
    const lam::model<square> m = random_model<square>(1);
    std::vector<float> all(16);
    const std::span<float> in = std::span(all).first(8);
    const std::span<float> out = std::span(all).last(8);
    m.batch(in, out);
    lam::threads threads(2);
    auto unfused = lam::unfused(m);
    for (const std::size_t first : {std::size_t{0}, std::size_t{5}, std::size_t{7}}) {
        const std::span<float> over = std::span(all).subspan(first, 8);
        const auto overlap = contains(lam::sentence("share no memory with the rows in, in floats; "
                                                    "expected 0, found ",
                                                    8 - first));
        CHECK_THAT(stopped([&] { m.batch(in, over); }), overlap);
        CHECK_THAT(stopped([&] { m.batch(over, in); }), overlap);
        CHECK_THAT(stopped([&] { unfused.batch(in, over); }), overlap);
        CHECK_THAT(stopped([&] { lam::parallel_batch(m, in, over, threads); }), overlap);
    }
    std::vector<float> work(model::workspace_floats + 5);
    const std::span<float> row_in = std::span(work).first(3);
    const std::span<float> row_out = std::span(work).subspan(3, 2);
    CHECK_THAT(stopped([&] { random_model<small>(1).batch(row_in, row_out, work); }),
               contains("a workspace that shares no memory with rows, in floats; expected 0, "
                        "found 5"));
    random_model<small>(1).batch(row_in, row_out, std::span(work).subspan(5));
}

TEST_CASE("unfused: keeps its memory where it is copied from", "[model]") {
    const model m = random_model<small>(1);
    auto a = lam::unfused(m);
    auto b = std::move(a);
    CHECK(a(row) == m(row)); // NOLINT(bugprone-use-after-move): it was copied
    CHECK(b(row) == m(row));
}

TEST_CASE("argmax: the first of the largest", "[model]") {
    CHECK(lam::argmax(std::array{1.0f, 3.0f, 3.0f, 2.0f}) == 1);
    CHECK(lam::argmax(std::array{-1.0f}) == 0);
    CHECK(lam::argmax(std::vector{-3.0f, -2.0f, -1.0f}) == 2);
}

TEST_CASE("model: the hot path is noexcept", "[model]") {
    const model m;
    std::array<float, 2> out = {};
    std::vector<float> many;
    static_assert(noexcept(m(row)), "one row");
    static_assert(noexcept(m(row, out)), "one row, in place");
    static_assert(noexcept(m(std::span<const float, 3>(row))), "a span");
    static_assert(noexcept(m.batch(many, many)), "many rows");
    static_assert(noexcept(m.batch(many, many, std::span<float>(many))), "with a workspace");
    m(row, out);
    m.batch(many, many);
    CHECK(out == std::array{0.0f, 0.0f});
}
