// SPDX-License-Identifier: MIT
// Every kind of layer by itself, once: whoever asks what a kind is has an answer. What lacks one
// doesn't compile, or fails here.

#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/graphs.hpp"

#include <laminate/codegen/bench/loops.hpp>
#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/planned.hpp>
#include <laminate/codegen/graph/reference.hpp>
#include <laminate/codegen/onnx/write/write_onnx.hpp>
#include <laminate/ir/describe.hpp>
#include <laminate/ir/function.hpp>

#include "../../bench/own/plain.hpp"

#include <cmath>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace plain {
struct scaled {}; // ends a norm, which loops have as a whole
// Loops write these out, or as softmax with an argument.
void log_softmax();
void move();
void matmul();
} // namespace plain

namespace ir = laminate::ir;
namespace test = laminate::test;
namespace codegen = laminate::codegen;
using ir::op;

namespace {

// A node of a kind, with options that make it what it is, behind as many inputs as it reads.
std::vector<ir::node> alone(op kind) {
    std::vector<ir::node> nodes(ir::of(kind).is.operands,
                                {.kind = op::input, .output = laminate::vector_shape(24)});
    ir::node n = {.kind = kind,
                  .output = laminate::vector_shape(24),
                  .units = 8,
                  .pieces = 4,
                  .groups = 2,
                  .alpha = 0.25f,
                  .beta = 0.5f,
                  .threshold = kind == op::shrink || kind == op::relu ? 0.5f : 0.0f};
    if (kind == op::relu) n.max_value = 3.0f;
    if (kind == op::clip) n.min_value = -1.0f, n.max_value = 2.0f;
    if (kind == op::reshape) n.axes = {2, {4, 6}};
    if (kind == op::transpose) n.axes = {1, {0}};
    if (kind == op::as_strided) n.axes = n.after = {1, {3}};
    if (kind == op::matmul) nodes[0].output = {2, {5, 3}}, nodes[1].output = {2, {3, 7}};
    if (ir::sees_windows(kind)) {
        nodes[0].output = {3, {4, 3, 2}};
        n.window = {2, {2, 2}};
        n.axes = {2, {1, 0}};
    }
    for (std::size_t k = 0; k < nodes.size(); ++k)
        n.inputs[k] = k;
    nodes.push_back(n);
    return nodes;
}

} // namespace

TEST_CASE("kinds: the interpreter, plain loops and ONNX have each", "[graph]") {
    test::random r(3);
    for (std::size_t i = 0; i < std::size(ir::kinds); ++i) {
        const auto kind = static_cast<op>(i);
        if (kind == op::input) continue;
        INFO(ir::name(kind));
        const codegen::graph g = test::with_parameters(alone(kind), r);
        const codegen::planned plan = codegen::plan_graph(g).value();
        std::vector<float> in(g.inputs());
        for (float& f : in)
            f = r.uniform(2.0f);
        const std::vector<float> out = codegen::evaluate(plan, in);
        const auto exact = codegen::reference::outputs<codegen::reference::row>(
            g.nodes, codegen::reference::interpret(g.nodes, g.parameters, in));
        REQUIRE(out.size() == exact.size());
        for (std::size_t o = 0; o < out.size(); ++o) {
            const auto found = static_cast<double>(out[o]);
            if (std::isnan(found) && std::isnan(exact[o].value)) continue;
            CHECK(std::abs(found - exact[o].value) <= exact[o].bound);
        }
        CHECK(codegen::plain_loops(g).find("infer") != std::string::npos);
        CHECK(codegen::onnx_bytes(g).has_value());
    }
}

// What is printed of a network, and written as a declaration, lacks no option that changes results.
TEST_CASE("kinds: options are written", "[graph]") {
    const auto result = [](const ir::node& n) {
        std::vector<ir::node> nodes = alone(n.kind);
        nodes.back() = n;
        test::random r(3);
        const codegen::graph g = test::with_parameters(std::move(nodes), r);
        std::vector<float> in(g.inputs());
        for (float& f : in)
            f = r.uniform(4.0f);
        return codegen::evaluate(codegen::plan_graph(g).value(), in);
    };
    for (std::size_t i = 0; i < std::size(ir::kinds); ++i) {
        const auto kind = static_cast<op>(i);
        if (kind == op::input) continue;
        INFO(ir::name(kind));
        const ir::node n = alone(kind).back();
        for (const auto number : {&ir::node::alpha, &ir::node::beta, &ir::node::threshold}) {
            ir::node other = n;
            other.*number += 0.375f;
            if (!test::same_bits(result(other), result(n)))
                CHECK(ir::text::layer(other) != ir::text::layer(n));
        }
    }
}

TEST_CASE("kinds: plain loops have a function for each", "[graph]") {
#define LAMINATE_CHECK(operation, when, file, functor, ...) CHECK(sizeof(plain::functor) > 0);
    LAMINATE_FUNCTIONS(LAMINATE_CHECK)
#undef LAMINATE_CHECK
#define LAMINATE_CHECK(operation, ...) CHECK(&plain::operation != nullptr);
    LAMINATE_BINARY_FUNCTIONS(LAMINATE_CHECK)
#undef LAMINATE_CHECK
#define LAMINATE_CHECK(kernel, ...) CHECK(sizeof(&plain::kernel) > 0);
    LAMINATE_ROW_KERNELS(LAMINATE_CHECK)
#undef LAMINATE_CHECK
}
