// SPDX-License-Identifier: MIT
// Graphs as declarations, read back by a small parser instead of a compiler (which has one in
// tests/codegen/declared).

#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/graphs.hpp"
#include "support/random_graph.hpp"

#include <laminate/codegen/graph/declaration.hpp>
#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/ir/builder.hpp>
#include <laminate/ir/function.hpp>
#include <laminate/ir/spelling.hpp>

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lam = laminate;
namespace ir = laminate::ir;
namespace test = laminate::test;
namespace codegen = laminate::codegen;

namespace {

// What a declaration appends to a builder, by the rules of layer/branches.hpp. Attributes are those
// of the node that should stand there, if its text does.
class parser {
public:
    parser(std::string_view text, const std::vector<ir::node>& expected)
        : expected_(expected),
          nodes_(expected.size() + 8),
          elements_(nodes_.size()),
          to_(nodes_, elements_) {
        for (const char c : text)
            if (c != ' ' && c != '\n') text_ += c;
    }
    std::vector<ir::node> nodes() {
        stack(ir::none);
        CHECK(at_ == text_.size());
        CHECK(to_.first_mistake().kind == ir::mistake_kind::accepted);
        nodes_.resize(to_.count());
        ir::infer(nodes_);
        return nodes_;
    }

private:
    bool take(char c) {
        const bool is = at_ < text_.size() && text_[at_] == c;
        at_ += is ? 1 : 0;
        return is;
    }
    // "laminate::dense<4>": up to its operands or options.
    std::string word() {
        std::size_t end = std::min(text_.find_first_of("|,()<", at_), text_.size());
        if (end < text_.size() && text_[end] == '<') end = text_.find('>', end) + 1;
        const std::string w = text_.substr(at_, end - at_);
        at_ = end;
        return w.substr(std::min(w.size(), std::string_view("laminate::").size()));
    }
    static bool starts(std::string_view text) {
        return text.starts_with("input<") || text.starts_with("from<");
    }

    std::size_t stack(std::size_t arriving) {
        std::size_t value = arriving;
        bool first = true;
        do {
            // An operand that starts by itself doesn't read what arrives.
            const std::size_t ahead = at_ + std::string_view("laminate::").size();
            const bool own = starts(std::string_view(text_).substr(std::min(ahead, text_.size())));
            value = element(first && own ? ir::none : value);
            first = false;
        } while (take('|'));
        return value;
    }
    std::vector<std::size_t> operands(std::size_t value) {
        std::vector<std::size_t> all;
        do
            all.push_back(stack(value));
        while (take(','));
        REQUIRE(take(')'));
        return all;
    }

    std::size_t element(std::size_t value) {
        const std::size_t begin = at_;
        const std::string w = word();
        const auto named = [&] { return names_.insert(w.substr(w.find('"'))).first->data(); };
        if (w.starts_with("as<")) return to_.give_name(named(), value), value;
        if (w.starts_with("from<")) return to_.find(named());
        if (w == "residual" && take('(')) {
            const std::size_t block = operands(value).at(0);
            return to_.append({.kind = ir::op::add}, std::vector{value, block});
        }
        if (w == "concat" && take('(')) return to_.concatenate(operands(value), ir::none);
        if (w.starts_with("concat<") && take('(')) {
            const std::size_t axis = static_cast<std::size_t>(w[7] - '0');
            return to_.concatenate(operands(value), axis);
        }
        if (w.starts_with("matmul") && take('(')) {
            const std::vector<std::size_t> of = operands(value);
            REQUIRE(to_.count() < expected_.size());
            const ir::node& n = expected_[to_.count()];
            CHECK(w == ir::text::layer(n));
            return to_.append({.kind = ir::op::matmul, .alpha = n.alpha}, of);
        }
        if (w == "outputs" && take('(')) {
            for (const std::size_t end : operands(value))
                to_.make_output(end);
            return to_.end(), ir::none;
        }
#define LAMINATE_BINARY(name, ...) \
    if (w == #name && take('(')) return to_.append({.kind = ir::op::name}, operands(value));
        LAMINATE_BINARY_FUNCTIONS(LAMINATE_BINARY)
#undef LAMINATE_BINARY
        if (take('(')) { // options
            at_ = text_.find(')', at_) + 1;
        }
        REQUIRE(to_.count() < expected_.size());
        ir::node n = expected_[to_.count()];
        std::string layer = ir::text::layer(n, "laminate::");
        std::erase(layer, ' ');
        CHECK(layer == text_.substr(begin, at_ - begin));
        CHECK((n.kind == ir::op::input) == (value == ir::none));
        n.inputs = {value, ir::none, ir::none, ir::none};
        n.result = ir::none;
        return to_.append(n, value);
    }

    const std::vector<ir::node>& expected_;
    std::vector<ir::node> nodes_;
    std::vector<std::size_t> elements_;
    ir::builder to_;
    std::set<std::string> names_;
    std::string text_;
    std::size_t at_ = 0;
};

// What nothing reads becomes an output.
bool end_all(std::vector<ir::node>& nodes) {
    std::size_t outputs = 0;
    for (const ir::node& n : nodes)
        outputs += n.result != ir::none ? 1 : 0;
    for (std::size_t i; (i = ir::check_readers(nodes).node, ir::check_readers(nodes).kind) !=
                        ir::mistake_kind::accepted;)
        nodes[i].result = outputs++;
    return outputs <= ir::max_ports;
}

ir::node reading(ir::op kind, const std::vector<std::size_t>& values, std::size_t units = 0) {
    ir::node n = {.kind = kind, .output = lam::vector_shape(units), .units = units};
    std::copy(values.begin(), values.end(), n.inputs.begin());
    return n;
}

// On one line, without scopes.
std::string declared(std::vector<ir::node> nodes, const std::vector<std::size_t>& outputs = {}) {
    for (std::size_t k = 0; k < outputs.size(); ++k)
        nodes[outputs[k]].result = k;
    test::random r(1);
    std::string text = codegen::declare(test::with_parameters(nodes, r)).value().layers;
    const auto replace = [&text](std::string_view from, std::string_view to) {
        for (std::size_t at; (at = text.find(from)) != std::string::npos;)
            text.replace(at, from.size(), to);
    };
    replace("laminate::", "");
    replace("\n", " ");
    replace("  ", " ");
    replace("( ", "(");
    return text;
}

} // namespace

TEST_CASE("declaration: what is read back has the nodes of the graph", "[declaration]") {
    test::random r(7);
    std::size_t declared = 0, residuals = 0, nested_inputs = 0, names = 0;
    for (std::size_t round = 0; round < 1500; ++round) {
        codegen::graph g;
        g.nodes =
            test::graph_maker(r, {1 + round % 9, round % 8 != 0, round % 3 == 0, round % 6 == 0})
                .make();
        ir::infer(g.nodes);
        if (!end_all(g.nodes)) continue;
        g = test::with_parameters(g.nodes, r);
        const codegen::declaration d = codegen::declare(g).value();
        INFO("round " << round << ":\n" << d.layers);
        REQUIRE(parser(d.layers, d.network.nodes).nodes() == d.network.nodes);
        ++declared;
        residuals += d.layers.find("residual(") != std::string::npos ? 1 : 0;
        nested_inputs += d.layers.find("concat(laminate::input<") != std::string::npos ? 1 : 0;
        names += d.layers.find("as<\"") != std::string::npos ? 1 : 0;

        // Of a NaN that two operands have, the first is passed on; which, is nobody's promise.
        std::vector<float> in(g.inputs());
        for (float& f : in)
            f = r.uniform(2.0f);
        const auto out = codegen::evaluate(codegen::plan_graph(g).value(), in);
        CHECK(test::same_bits(codegen::evaluate(codegen::plan_graph(d.network).value(), in), out));
    }
    CHECK(declared > 1000);
    CHECK(residuals > 0);
    CHECK(nested_inputs > 20);
    CHECK(names > 500);
}

TEST_CASE("declaration: as a user would have written it", "[declaration]") {
    using enum ir::op;
    CHECK(declared({reading(input, {}, 8), reading(dense, {0}, 8), reading(relu, {1}),
                    reading(add, {0, 2}), reading(dense, {3}, 8), reading(add, {4, 3})}) ==
          "input<8> | residual(dense<8> | relu) | residual(dense<8>)");
    // An actor and a critic.
    CHECK(declared({reading(input, {}, 8), reading(dense, {0}, 4), reading(dense, {1}, 2),
                    reading(tanh, {2}), reading(dense, {1}, 1)},
                   {3, 4}) == "input<8> | dense<4> | outputs(dense<2> | tanh, dense<1>)");
    // Sensors: their inputs come first in a file.
    CHECK(declared({reading(input, {}, 8), reading(input, {}, 3), reading(dense, {0}, 4),
                    reading(concat, {2, 1}), reading(dense, {3}, 2)}) ==
          "concat(input<8> | dense<4>, input<3>) | dense<2>");
    CHECK(declared({reading(input, {}, 8), reading(input, {}, 3), reading(dense, {1}, 4),
                    reading(concat, {2, 0}), reading(dense, {3}, 2)}) ==
          "input<8> | as<\"v0\"> | concat(input<3> | dense<4>, from<\"v0\">) | dense<2>");
    // What skips layers, and a value that is read as often as given.
    CHECK(declared({reading(input, {}, 8), reading(relu, {0}), reading(dense, {1}, 4),
                    reading(dense, {2}, 8), reading(concat, {3, 1}), reading(dense, {4}, 2)}) ==
          "input<8> | relu | as<\"v1\"> | concat(dense<4> | dense<8>, from<\"v1\">) | dense<2>");
    CHECK(declared({reading(input, {}, 8), reading(multiply, {0, 0})}) ==
          "input<8> | as<\"v0\"> | multiply(from<\"v0\">, from<\"v0\">)");
    CHECK(declared({reading(input, {}, 8), reading(relu, {0}), reading(tanh, {1})}, {2, 1, 0}) ==
          "input<8> | as<\"v0\"> | relu | as<\"v1\"> | "
          "outputs(tanh, from<\"v1\">, from<\"v0\"> | linear)");
    CHECK(declared({reading(input, {}, 8), reading(input, {}, 8), reading(relu, {0}),
                    reading(tanh, {1}), reading(subtract, {3, 2}), reading(add, {4, 3})}) ==
          "input<8> | relu | as<\"v1\"> | concat(input<8>) | tanh | as<\"v3\"> | "
          "add(subtract(from<\"v3\">, from<\"v1\">), from<\"v3\">)");
}

TEST_CASE("declaration: rows of several axes", "[declaration]") {
    using enum ir::op;
    std::vector<ir::node> nodes = {reading(input, {}),      reading(dense, {0}, 6),
                                   reading(transpose, {1}), reading(matmul, {1, 2}),
                                   reading(concat, {3, 3}), reading(reshape, {4})};
    nodes[0].output = {2, {4, 5}};
    nodes[2].axes = {2, {1, 0}};
    nodes[3].alpha = 0.5f;
    nodes[4].axis = 0;
    CHECK(declared(nodes) == "input<4, 5> | dense<6> | as<\"v1\"> | "
                             "matmul<0.5f>(from<\"v1\">, transpose<1, 0>) | as<\"v3\"> | "
                             "concat<0>(from<\"v3\">, from<\"v3\">) | flatten");
}

TEST_CASE("declaration: what a declaration can't say is refused", "[declaration]") {
    using enum ir::op;
    const auto refused = [](std::vector<ir::node> nodes) {
        test::random r(1);
        return codegen::declare(test::with_parameters(std::move(nodes), r)).error().message;
    };
    CHECK_THAT(refused({reading(input, {}, 8), reading(input, {}, 3), reading(relu, {0})}),
               test::contains("node 1 (input) gives a value that nothing reads"));
    // Each value is read by the next node and by a far one.
    std::vector<ir::node> many = {reading(input, {}, 8)};
    for (std::size_t i = 0; i < 70; ++i)
        many.push_back(reading(relu, {i}));
    for (std::size_t i = 0; i < 70; ++i)
        many.push_back(reading(subtract, {many.size() - 1, 70 - i - 1}));
    CHECK_THAT(refused(many), test::contains("at most 64 values"));
}
