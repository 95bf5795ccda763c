// SPDX-License-Identifier: MIT
// GatherElements, GatherND, Scatter, ScatterElements and ScatterND with constant indices, beside
// what ONNX says of them.

#include "../support/catch.hpp"
#include "../support/random.hpp"
#include "interpret.hpp"
#include "models.hpp"

#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/planned.hpp>

#include <algorithm>
#include <numeric>

using namespace laminate;
using namespace laminate::test;

namespace {

using extents = std::vector<std::int64_t>;
using numbers = std::vector<double>;

std::int64_t elements_of(const extents& shape) {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>{});
}

// What a file is made of; either of data and updates may be a constant.
struct scatter_case {
    extents data, indices, updates;
    extents at; // the indices
    std::int64_t axis = 0;
    bool by_slices = false;
};

double reduced_by(const std::string& reduction, double a, double b) {
    return reduction == "add"   ? a + b
           : reduction == "mul" ? a * b
           : reduction == "max" ? std::max(a, b)
           : reduction == "min" ? std::min(a, b)
                                : b;
}

// Element by element, as ONNX's text has it.
numbers meaning(const scatter_case& s, const std::string& reduction, numbers y,
                const numbers& updates) {
    extents apart(s.data.size(), 1);
    for (std::size_t i = apart.size(); i-- > 1;)
        apart[i - 1] = apart[i] * s.data[i];
    const auto place = [](std::int64_t index, std::int64_t extent) {
        return index < 0 ? index + extent : index;
    };
    const auto put = [&](std::int64_t to, std::size_t from) {
        double& at = y.at(static_cast<std::size_t>(to));
        at = reduced_by(reduction, at, updates.at(from));
    };
    if (s.by_slices) {
        const auto depth = static_cast<std::size_t>(s.indices.back());
        const std::int64_t each = apart[depth - 1];
        for (std::size_t list = 0; list * depth < s.at.size(); ++list) {
            std::int64_t start = 0;
            for (std::size_t k = 0; k < depth; ++k)
                start += place(s.at[list * depth + k], s.data[k]) * apart[k];
            for (std::int64_t i = 0; i < each; ++i)
                put(start + i, list * static_cast<std::size_t>(each) + static_cast<std::size_t>(i));
        }
        return y;
    }
    for (std::size_t i = 0; i < s.at.size(); ++i) {
        std::int64_t to = 0, rest = static_cast<std::int64_t>(i);
        for (std::size_t k = s.data.size(); k-- > 0;) {
            const bool along = static_cast<std::int64_t>(k) == s.axis;
            to += apart[k] * (along ? place(s.at[i], s.data[k]) : rest % s.indices[k]);
            rest /= s.indices[k];
        }
        put(to, i);
    }
    return y;
}

std::vector<std::string> texts(const extents& shape) {
    std::vector<std::string> all;
    for (const std::int64_t extent : shape)
        all.push_back(std::to_string(extent));
    return all;
}

std::vector<float> some(test::random& random, std::int64_t count) {
    std::vector<float> all(static_cast<std::size_t>(count));
    for (float& x : all)
        x = random.uniform(2.0f);
    return all;
}

void check(const scatter_case& s, const std::string& reduction, bool data_flows,
           bool updates_flow) {
    test::random random(5);
    const std::vector<float> data = some(random, elements_of(s.data));
    const std::vector<float> updates = some(random, elements_of(s.updates));
    small_model m(18);
    std::vector<float> in;
    const auto enter = [&](const std::string& name, const extents& shape,
                           const std::vector<float>& x, bool flows) {
        if (!flows) return void(m.floats(name, shape, x));
        m.input(texts(shape), name + "_in").node("Neg", {name + "_in"}, {name});
        for (const float number : x)
            in.push_back(-number);
    };
    enter("data", s.data, data, data_flows);
    enter("updates", s.updates, updates, updates_flow);
    m.integers("at", s.indices, s.at).output();
    m.node(s.by_slices ? "ScatterND" : "ScatterElements", {"data", "at", "updates"});
    if (!s.by_slices) m.with("axis", s.axis);
    m.with("reduction", reduction);
    const auto read = m.import();
    INFO(reduction << (data_flows ? ", data" : "") << (updates_flow ? ", updates" : ""));
    if (!read) FAIL(read.error().message);
    const numbers expected =
        meaning(s, reduction, {data.begin(), data.end()}, {updates.begin(), updates.end()});
    const std::vector<float> y = codegen::evaluate(codegen::plan_graph(read->network).value(), in);
    REQUIRE(y.size() == expected.size());
    for (std::size_t i = 0; i < y.size(); ++i)
        CHECK(std::abs(static_cast<double>(y[i]) - expected[i]) <= 1e-5);
}

void check_all(const scatter_case& s, bool has_duplicates) {
    for (const char* const reduction : {"none", "add", "mul", "max", "min"}) {
        if (has_duplicates && reduction == std::string("none")) continue;
        check(s, reduction, true, true);
        check(s, reduction, true, false);
        check(s, reduction, false, true);
    }
}

std::string refusal_of(const small_model& m) {
    const auto network = m.import();
    return network ? "accepted" : network.error().message;
}

std::vector<float> computed(const small_model& m, const std::vector<float>& x) {
    return codegen::evaluate(codegen::plan_graph(m.import().value().network).value(), x);
}

} // namespace

TEST_CASE("scattered elements are updated, along each axis") {
    check_all({{1, 5}, {1, 2}, {1, 2}, {1, -2}, 1}, false);
    check_all({{3, 3}, {2, 3}, {2, 3}, {1, 0, 2, 0, -1, 1}, 0}, false);
    check_all({{2, 3, 4}, {2, 2, 3}, {2, 2, 3}, {2, 0, 1, 0, 1, 2, 1, 1, 0, 2, 0, -1}, 1}, false);
    check_all({{1, 6}, {1, 5}, {1, 5}, {1, 4, 1, 1, -2}, 1}, true);
}

TEST_CASE("scattered slices are updated, at lists of indices") {
    check_all({{4, 3}, {2, 1}, {2, 3}, {3, -3}, 0, true}, false);
    check_all({{2, 3, 4}, {2, 2}, {2, 4}, {0, 2, 1, -3}, 0, true}, false);
    check_all({{2, 3, 2}, {2, 1, 3}, {2, 1}, {0, 2, 1, 1, 0, 0}, 0, true}, false);
    check_all({{4, 2}, {3, 1}, {3, 2}, {3, 0, -1}, 0, true}, true);
    scatter_case wide{{1, 300}, {100, 2}, {100}, {}, 0, true}; // a run
    for (std::int64_t i = 0; i < 100; ++i)
        wide.at.insert(wide.at.end(), {0, i + 50});
    check_all(wide, false);
}

TEST_CASE("elements are gathered at indices of their own and at lists of them") {
    small_model m(17);
    m.input({"1", "2", "3"}).output("e").output("n").output("b").output("s");
    m.integers("e_at", {1, 2, 2}, {2, 0, -1, 1});
    m.node("GatherElements", {"x", "e_at"}, {"e"}).with("axis", std::int64_t{2});
    m.integers("n_at", {2, 1, 3}, {0, 1, 2, 0, -2, 0});
    m.node("GatherND", {"x", "n_at"}, {"n"});
    m.integers("b_at", {1, 2, 1}, {2, 1});
    m.integers("two", {1, 2, 3}).node("Reshape", {"x", "two"}, {"r"});
    m.node("Transpose", {"r"}, {"t"}).with("perm", extents{0, 2, 1}); // [1, 3, 2]
    m.node("GatherND", {"t", "b_at"}, {"b"}).with("batch_dims", std::int64_t{1});
    m.integers("s_at", {2, 1}, {1, 0});
    m.integers("six", {6, 1}).node("Reshape", {"x", "six"}, {"c"});
    m.node("GatherND", {"c", "s_at"}, {"s"});
    CHECK(computed(m, {1, 2, 3, 4, 5, 6}) ==
          std::vector<float>{3, 1, 6, 5, 6, 1, 3, 6, 2, 5, 2, 1});
}

TEST_CASE("indices of each row of a free batch are expanded to it") {
    // As PyTorch writes index_copy and scatter: indices, and what is written, as often as x has
    // rows.
    const auto with_rows = [](bool expanded) {
        small_model m(17);
        m.input({"N", "4"}).output().integers("at", {1, 2}, {3, 1}).integers("two", {2});
        m.floats("one", {}, {7}).integers("zero", {0});
        m.node("Shape", {"x"}, {"all"}).node("Gather", {"all", "zero"}, {"rows"});
        m.node("Concat", {"rows", "two"}, {"shape"}).with("axis", std::int64_t{0});
        m.node("Expand", {"at", "shape"}, {"wide"});
        const std::string at = expanded ? "wide" : "at";
        m.node("Shape", {at}, {"same"}).node("Expand", {"one", "same"}, {"ones"});
        m.node("ScatterElements", {"x", at, "ones"}).with("axis", std::int64_t{1});
        return m;
    };
    const auto network = with_rows(true).import().value();
    CHECK(network.batch_is_free);
    CHECK(computed(with_rows(true), {1, 2, 3, 4, 5, 6, 7, 8}) ==
          std::vector<float>{1, 7, 3, 7, 5, 7, 7, 7});
    // These are of the first row only.
    CHECK_THAT(refusal_of(with_rows(false)),
               contains("ScatterElements of 'y' mixes the rows of the free batch 'N'"));
}

TEST_CASE("each row of a free batch is written to at its own number") {
    // As PyTorch writes x[:, 1:3] = ...: lists of a row's number, counted by Range, and a column.
    const auto writing = [](const std::string& row, const std::string& column) {
        small_model m(17);
        m.input({"N", "4"}).output().integers("zero", {}, {0}).integers("one", {}, {1});
        m.integers("column", {2}, {1, 2}).integers("as_column", {-1, 1}).integers("last", {-1});
        m.integers("from", {2}).integers("to", {4}).integers("of", {1});
        m.node("Shape", {"x"}, {"all"}).node("Gather", {"all", "zero"}, {"rows"});
        m.node("Range", {"zero", "rows", "one"}, {"counted"});
        m.node("Reshape", {"counted", "as_column"}, {"row"}); // [N, 1]
        m.node("Sub", {"rows", "one"}, {"last_row"});
        m.node("Add", {"row", "column"}, {"both"}).node("Shape", {"both"}, {"shape"}); // [N, 2]
        m.node("Expand", {row, "shape"}, {"r"}).node("Expand", {column, "shape"}, {"c"});
        m.node("Unsqueeze", {"r", "last"}, {"r1"}).node("Unsqueeze", {"c", "last"}, {"c1"});
        m.node("Concat", {"r1", "c1"}, {"at"}).with("axis", std::int64_t{-1});
        m.node("Exp", {"x"}, {"e"}).node("Slice", {"e", "from", "to", "of"}, {"u"});
        m.node("ScatterND", {"x", "at", "u"});
        return m;
    };
    const auto network = writing("row", "column").import().value();
    CHECK(network.batch_is_free);
    const std::vector<float> y = computed(writing("row", "column"), {1, 2, 0, 0, 3, 4, 0, 0});
    CHECK(y == std::vector<float>{1, 1, 1, 0, 3, 1, 1, 0});
    const std::string mixed = "mixes the rows of the free batch 'N'";
    CHECK_THAT(refusal_of(writing("zero", "column")), contains(mixed));
    CHECK_THAT(refusal_of(writing("last_row", "column")), contains(mixed));
    small_model counted; // a number for each row
    counted.input({"N", "1"}).output().integers("zero", {}, {0}).integers("one", {}, {1});
    counted.node("Shape", {"x"}, {"all"}).node("Gather", {"all", "zero"}, {"rows"});
    counted.node("Range", {"zero", "rows", "one"}, {"c"});
    counted.node("Cast", {"c"}, {"f"}).with("to", std::int64_t{::onnx::TensorProto::FLOAT});
    counted.node("Add", {"x", "f"});
    CHECK_THAT(refusal_of(counted), contains(mixed));
}

TEST_CASE("what scatter doesn't say, or has to know, is refused") {
    const auto scatter = [](const std::string& data, const extents& at, const std::string& updates,
                            std::int64_t opset = 18) {
        small_model m(opset);
        m.input({"1", "4"}).output().integers("at", {1, std::ssize(at)}, at);
        m.floats("u", {1, 2}, {1, 2}).floats("short", {1, 1}, {1});
        m.input({"1", "2"}, "flowing_at", ::onnx::TensorProto::INT64);
        m.node("ScatterElements", {data, at.empty() ? "flowing_at" : "at", updates});
        m.with("axis", std::int64_t{1});
        return m;
    };
    CHECK(refusal_of(scatter("x", {3, 0}, "u")) == "accepted");
    CHECK_THAT(refusal_of(scatter("x", {3, -1}, "u")),
               contains("expected indices that differ, found two updates of [0, 3]: which one "
                        "counts isn't defined"));
    CHECK_THAT(refusal_of(scatter("x", {}, "u")),
               contains("expected indices as a constant, found one that depends on the network's"));
    CHECK_THAT(refusal_of(scatter("x", {3, 4}, "u")), contains("indices from -4 to 3, found 4"));
    CHECK_THAT(refusal_of(scatter("x", {3, 0}, "short")),
               contains("expected an update for each index, found [1, 1] and [1, 2]"));
    CHECK_THAT(refusal_of(scatter("at", {3, 0}, "u")), contains("data and updates of one type"));
    CHECK_THAT(refusal_of(scatter("x", {3, 0}, "u").with("reduction", std::string("mean"))),
               contains("expected reduction 'none', 'add', 'mul', 'max' or 'min', found 'mean'"));
    CHECK_THAT(refusal_of(scatter("x", {3, 0}, "u", 13).with("reduction", std::string("add"))),
               contains("attribute 'reduction' isn't known for this operator in opset 13"));
    small_model lists(18);
    lists.input({"1", "4"}).output().integers("at", {2, 3}, {0, 0, 0, 0, 1, 0});
    lists.node("GatherND", {"x", "at"});
    CHECK_THAT(refusal_of(lists), contains("expected lists of 1 to 2 indices, found 3"));
}
