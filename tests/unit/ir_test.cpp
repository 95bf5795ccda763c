// SPDX-License-Identifier: MIT
// The planner: shapes, mistakes, fusion, placement and cost, on chains and on graphs that the DSL
// can't declare yet.

#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/random_graph.hpp"

#include <laminate/ir/function.hpp>
#include <laminate/ir/plan.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace ir = laminate::ir;
using ir::mistake_kind;
using ir::op;
using laminate::vector_shape;

ir::node input(std::size_t units) { return {.kind = op::input, .output = vector_shape(units)}; }
ir::node dense(std::size_t from, std::size_t units, bool bias = true) {
    return {.kind = op::dense,
            .inputs = {from, ir::none, ir::none, ir::none},
            .units = units,
            .bias = bias};
}
ir::node unary(op kind, std::size_t from) {
    return {.kind = kind, .inputs = {from, ir::none, ir::none, ir::none}};
}
ir::node maxout(std::size_t from, std::size_t pieces) {
    ir::node n = unary(op::maxout, from);
    n.pieces = pieces;
    return n;
}

// A plan and the memory that it refers to.
struct planned {
    std::vector<ir::node> nodes;
    std::vector<ir::value> values;
    std::vector<ir::tensor> tensors;
    std::vector<std::size_t> first_tensor;
    std::vector<ir::step> sequence;
    ir::ports in;
    ir::ports out;
    ir::figures cost;

    explicit planned(std::vector<ir::node> graph, ir::fusion mode = ir::fusion::on)
        : nodes(std::move(graph)), values(nodes.size()), first_tensor(nodes.size() + 1) {
        std::vector<ir::placing> rows(nodes.size());
        std::vector<std::size_t> by_size(nodes.size());
        ir::infer(nodes);
        sequence.resize(ir::most_steps(nodes));
        tensors.resize(ir::count_tensors(nodes));
        const ir::plan_view p =
            ir::make_plan(nodes, mode, ir::rows_in_scratch::shared,
                          {values, tensors, first_tensor, sequence, rows, by_size, in, out});
        cost = p.cost;
        sequence.resize(p.sequence.size());
    }
};

ir::mistake check(std::vector<ir::node> nodes) {
    ir::infer(nodes);
    return ir::check(nodes);
}
bool finds(const std::vector<ir::node>& nodes, mistake_kind kind, std::size_t node,
           std::size_t expected = 0, std::size_t found = 0) {
    const ir::mistake m = check(nodes);
    return m.kind == kind && m.node == node && m.expected == expected && m.found == found;
}

} // namespace

TEST_CASE("infer: shapes follow from what arrives", "[ir]") {
    std::vector<ir::node> nodes = {input(6),           dense(0, 12),          unary(op::relu, 1),
                                   maxout(2, 3),       unary(op::softmax, 3), unary(op::dropout, 4),
                                   unary(op::prelu, 5)};
    ir::infer(nodes);
    const std::vector<std::size_t> widths = {6, 12, 12, 4, 4, 4, 4};
    for (std::size_t i = 0; i < nodes.size(); ++i)
        CHECK(nodes[i].output == vector_shape(widths[i]));
}

TEST_CASE("infer: every node gets a shape, wrong ones too", "[ir]") {
    std::vector<ir::node> nodes = {unary(op::relu, 0), maxout(7, 0), maxout(0, 5)};
    ir::infer(nodes);
    CHECK(nodes[0].output.rank == 0);
    CHECK(nodes[1].output == vector_shape(0));
    CHECK(nodes[2].output == vector_shape(0));
}

TEST_CASE("check: accepts what is right", "[ir]") {
    CHECK(check({input(1), dense(0, 1)}).kind == mistake_kind::accepted);
    CHECK(check({input(8), maxout(0, 8)}).kind == mistake_kind::accepted);
    CHECK(check({input(8), dense(0, 4), unary(op::relu, 1), unary(op::tanh, 1)}).kind ==
          mistake_kind::accepted);
    ir::node declared = dense(0, 4);
    declared.declared_in = 8;
    CHECK(check({input(8), declared}).kind == mistake_kind::accepted);
}

TEST_CASE("check: finds every kind of mistake, with its facts", "[ir]") {
    CHECK(finds({}, mistake_kind::no_input, 0));
    CHECK(finds({dense(0, 4)}, mistake_kind::no_input, 0));
    ir::node fed = input(4);
    fed.inputs[0] = 1;
    CHECK(finds({input(4), dense(0, 4), fed}, mistake_kind::second_input, 2));
    CHECK(finds({input(4)}, mistake_kind::no_layers, 0));
    CHECK(finds({input(4), unary(op::relu, 1)}, mistake_kind::unknown_input, 1, 1, 1));
    CHECK(finds({input(4), unary(op::relu, 2), dense(1, 3)}, mistake_kind::unknown_input, 1, 1, 2));
    CHECK(
        finds({input(4), unary(op::relu, ir::none)}, mistake_kind::unknown_input, 1, 1, ir::none));
    CHECK(finds({input(0), dense(0, 4)}, mistake_kind::zero_units, 0, 1, 0));
    CHECK(finds({input(4), dense(0, 0)}, mistake_kind::zero_units, 1, 1, 0));
    CHECK(finds({input(4), maxout(0, 0)}, mistake_kind::zero_units, 1, 1, 0));
    ir::node declared = dense(1, 4);
    declared.declared_in = 12;
    CHECK(finds({input(8), dense(0, 16), declared}, mistake_kind::width_mismatch, 2, 12, 16));
    CHECK(finds({input(8), dense(0, 1), unary(op::softmax, 1)}, mistake_kind::softmax_of_scalar, 2,
                2, 1));
    CHECK(finds({input(8), maxout(0, 3)}, mistake_kind::maxout_indivisible, 1, 3, 8));
    CHECK(finds({input(8), maxout(0, 9)}, mistake_kind::maxout_indivisible, 1, 9, 8));
    ir::node image = input(1);
    image.output = {4, {4, 4, 2, 1}};
    CHECK(finds({image, dense(0, 4)}, mistake_kind::unsupported_rank, 1, 3, 4));
    CHECK(finds({input(ir::max_weights + 1), dense(0, 1)}, mistake_kind::too_large, 0,
                ir::max_weights, ir::max_weights + 1));
    CHECK(finds({input(1 << 20), dense(0, 1 << 20)}, mistake_kind::too_large, 1, ir::max_weights,
                1 << 20));
}

TEST_CASE("check: finds every mistake of axes, with its facts", "[ir]") {
    ir::node image = input(1);
    image.output = {3, {4, 5, 2}};
    const auto of_image = [&image](ir::node n) {
        n.inputs[0] = 0;
        return std::vector{image, n};
    };
    const auto both = [&image](ir::op kind, const laminate::shape& second) {
        ir::node other = input(1);
        other.output = second;
        ir::node n = {.kind = kind, .inputs = {0, 1, ir::none, ir::none}};
        return std::vector{image, other, n};
    };
    CHECK(check(of_image(dense(0, 4))).kind == mistake_kind::accepted);
    CHECK(finds(of_image({.kind = op::reshape, .axes = {2, {4, 9}}}), mistake_kind::reshape_differs,
                1, 40, 36));
    CHECK(finds(of_image({.kind = op::transpose, .axes = {2, {1, 0}}}), mistake_kind::axes_missing,
                1, 2, 3));
    CHECK(finds(of_image({.kind = op::transpose, .axes = {3, {1, 0, 1}}}),
                mistake_kind::axis_left_out, 1, 2, 3));
    CHECK(finds(of_image({.kind = op::pad, .axes = {4, {}}, .after = {4, {}}}),
                mistake_kind::axes_missing, 1, 4, 3));
    CHECK(finds(of_image({.kind = op::slice, .units = 2, .begin = 4, .axis = 1}),
                mistake_kind::slice_outside, 1, 6, 5));
    CHECK(finds(of_image({.kind = op::slice, .units = 2, .axis = 3}), mistake_kind::axis_outside, 1,
                3, 3));
    CHECK(finds(
        of_image({.kind = op::as_strided, .begin = 1, .axes = {2, {4, 4}}, .after = {2, {10, 2}}}),
        mistake_kind::accepted, 0));
    CHECK(finds(
        of_image({.kind = op::as_strided, .begin = 1, .axes = {2, {4, 4}}, .after = {2, {10, 4}}}),
        mistake_kind::strides_outside, 1, 40, 43));
    CHECK(finds(both(op::concat, {3, {4, 5, 9}}), mistake_kind::accepted, 0));
    CHECK(finds(both(op::concat, {3, {4, 6, 2}}), mistake_kind::parts_differ, 2, 20, 24));
    CHECK(finds(both(op::concat, {1, {2}}), mistake_kind::parts_differ, 2, 20, 2));
    CHECK(finds(both(op::add, {3, {4, 5, 1}}), mistake_kind::accepted, 0));
    CHECK(finds(both(op::add, {2, {1, 2}}), mistake_kind::accepted, 0));
    CHECK(finds(both(op::add, {3, {5, 4, 1}}), mistake_kind::operands_differ, 2, 40, 20));
    CHECK(finds(both(op::matmul, {3, {4, 2, 7}}), mistake_kind::accepted, 0));
    CHECK(finds(both(op::matmul, {3, {4, 5, 7}}), mistake_kind::inner_extents_differ, 2, 2, 5));
    CHECK(finds(both(op::matmul, {3, {3, 2, 7}}), mistake_kind::products_differ, 2, 4, 3));
    CHECK(finds(both(op::matmul, {1, {2}}), mistake_kind::matrices_wanted, 2, 2, 1));
    image.output = {2, {ir::max_weights, std::size_t{1} << 40}}; // whose size overflows
    CHECK(check(of_image(unary(op::relu, 0))).kind == mistake_kind::too_large);
}

TEST_CASE("check: the first mistake in order", "[ir]") {
    CHECK(check({input(8), dense(0, 0), maxout(0, 3)}).kind == mistake_kind::zero_units);
    CHECK(check({input(8), maxout(0, 3), dense(0, 0)}).kind == mistake_kind::maxout_indivisible);
}

TEST_CASE("fuse: elementwise nodes join the step before them", "[ir]") {
    const planned p({input(8), dense(0, 4), unary(op::relu, 1), unary(op::dropout, 2),
                     unary(op::tanh, 3), unary(op::softmax, 4)});
    REQUIRE(p.sequence.size() == 2);
    CHECK(p.sequence[0].run == ir::kernel::dense);
    CHECK(p.sequence[0].epilogue_size == 2);
    CHECK(p.sequence[0].epilogue[0].node == 2);
    CHECK(p.sequence[0].epilogue[1].node == 4);
    CHECK(p.sequence[0].last == 4);
    CHECK(p.sequence[1].run == ir::kernel::softmax);
    CHECK(p.sequence[1].input == 4);
}

TEST_CASE("fuse: unfused, every function is a step of its own", "[ir]") {
    const planned p({input(8), dense(0, 4), unary(op::relu, 1), unary(op::dropout, 2),
                     unary(op::tanh, 3), unary(op::softmax, 4)},
                    ir::fusion::off);
    REQUIRE(p.sequence.size() == 4);
    CHECK(p.sequence[0].epilogue_size == 0);
    CHECK(p.sequence[1].run == ir::kernel::activation);
    CHECK(p.sequence[2].run == ir::kernel::activation);
}

TEST_CASE("fuse: identities alone are one copy", "[ir]") {
    const planned one({input(8), unary(op::linear, 0)});
    REQUIRE(one.sequence.size() == 1);
    CHECK(one.sequence[0].run == ir::kernel::activation);
    CHECK(one.sequence[0].epilogue_size == 0);
    const planned two({input(8), unary(op::linear, 0), unary(op::dropout, 1)});
    REQUIRE(two.sequence.size() == 1);
    CHECK(two.values[two.sequence[0].input].of == 0);
}

TEST_CASE("fuse: a value with two readers is not fused away", "[ir]") {
    // 0 -> 1 -> 2 relu
    //        -> 3 tanh -> 4 dense
    const planned p({input(8), dense(0, 4), unary(op::relu, 1), unary(op::tanh, 1), dense(3, 2)});
    REQUIRE(p.sequence.size() == 4);
    CHECK(p.sequence[0].last == 1);
    CHECK(p.sequence[0].epilogue_size == 0);
    CHECK(p.sequence[1].input == 1);
    CHECK(p.sequence[2].input == 1);
    CHECK(p.sequence[1].reads == p.sequence[0].writes);
    CHECK(p.sequence[2].reads == p.sequence[0].writes);
    // relu mustn't write over what tanh reads.
    CHECK_FALSE(p.sequence[1].writes == p.sequence[0].writes);
}

TEST_CASE("fuse: an identity of a value with two readers passes it on", "[ir]") {
    // The output is what relu reads too.
    const planned p({input(8), dense(0, 4), unary(op::relu, 1), unary(op::linear, 1)});
    REQUIRE(p.sequence.size() == 2);
    CHECK(p.sequence[0].writes == ir::place{ir::memory::output, 0, 0});
    CHECK(p.sequence[1].reads == p.sequence[0].writes);
}

TEST_CASE("fuse: a long line of functions takes several steps", "[ir]") {
    std::vector<ir::node> nodes = {input(8), dense(0, 4)};
    for (std::size_t i = 1; i <= 20; ++i)
        nodes.push_back(unary(op::tanh, i));
    const planned p(nodes);
    CHECK(p.sequence.size() == 3 + (20 - 3 * ir::max_epilogue > 0 ? 1 : 0));
    std::size_t functions = 0;
    for (const ir::step& s : p.sequence)
        functions += s.epilogue_size;
    CHECK(functions == 20);
}

TEST_CASE("fuse: units lie piece by piece where a dense layer feeds maxout", "[ir]") {
    const planned p({input(8), dense(0, 20), unary(op::relu, 1), maxout(2, 4)});
    REQUIRE(p.sequence.size() == 2);
    CHECK(p.sequence[0].pieces == 4);
    CHECK(p.sequence[1].pieces == 4);
    CHECK(p.values[2].floats == 4 * 16);
    // A softmax in between needs the units in order.
    const planned q({input(8), dense(0, 20), unary(op::softmax, 1), maxout(2, 4)});
    for (const ir::step& s : q.sequence)
        CHECK(s.pieces == 1);
}

TEST_CASE("kinds: each says what it is, and functions have a functor", "[ir]") {
    const std::set<std::string> functors = {
#define LAMINATE_NAME(operation, ...) #operation,
        LAMINATE_FUNCTIONS(LAMINATE_NAME)
#undef LAMINATE_NAME
    };
    const std::array arriving = {laminate::vector_shape(24), laminate::vector_shape(24)};
    const std::array matrices = {laminate::shape{2, {5, 3}}, laminate::shape{2, {3, 7}}};
    const std::array maps = {laminate::shape{3, {5, 3, 4}}, laminate::shape{3, {5, 3, 4}}};
    for (std::size_t i = 0; i < std::size(ir::kinds); ++i) {
        const ir::row& kind = ir::kinds[i];
        const auto operation = static_cast<op>(i);
        INFO(kind.name);
        CHECK(ir::name(operation) == std::string(kind.name));
        CHECK((kind.is.role == ir::role::function || kind.is.finishes) ==
              (functors.count(kind.name) == 1));
        if (kind.is.role != ir::role::placed)
            CHECK((kind.is.role == ir::role::layer) == (kind.is.run != ir::kernel::activation));
        ir::node n = {.kind = operation, .output = arriving[0], .units = 8, .pieces = 4};
        n.groups = 2;
        if (operation == op::transpose) n.axes = {1, {0}};
        if (operation == op::as_strided) n.axes = n.after = {1, {3}};
        if (ir::sees_windows(operation)) n.window = {2, {3, 2}};
        const auto& read = operation == op::matmul       ? matrices
                           : ir::sees_windows(operation) ? maps
                                                         : arriving;
        CHECK(kind.check(n, read).kind == mistake_kind::accepted);
        CHECK(kind.spelled(n).word != nullptr);
        if (kind.is.role == ir::role::function || kind.is.role == ir::role::identity ||
            kind.is.role == ir::role::binary)
            CHECK(kind.output(n, arriving) == arriving[0]);
        std::set<std::string> names;
        for (const ir::tensor& t : kind.learned(n, read)) {
            CHECK(names.insert(t.name).second);
            CHECK(t.extents.size() > 0);
            CHECK(std::string(t.file_name).find_first_of("./ ") == std::string::npos);
        }
        // Of normal numbers; only rectifiers are made up for.
        CHECK(kind.second_moment(n) > 0.3);
        if (!kind.is.rectifier) CHECK(kind.second_moment(n) == 1.0);
    }
}

TEST_CASE("place: parameters start on lines and don't overlap", "[ir]") {
    const planned p(
        {input(7), dense(0, 5), unary(op::prelu, 1), dense(2, 33, false), unary(op::prelu, 3)});
    std::size_t end = 0;
    const auto next = [&end](std::size_t at, std::size_t floats) {
        CHECK(at == end);
        CHECK(at % 16 == 0);
        end += laminate::whole_lines(floats);
    };
    struct expected {
        std::size_t node;
        const char* name;
        std::size_t floats;
        bool learned;
    };
    const std::vector<expected> all = {{1, "weights", 7 * 16, true}, {1, "bias", 16, true},
                                       {2, "slope", 16, true},       {3, "weights", 5 * 48, true},
                                       {3, "bias", 48, false},       {4, "slope", 48, true}};
    REQUIRE(p.tensors.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const ir::tensor& t = p.tensors[i];
        CHECK(t.node == all[i].node);
        CHECK(t.name == std::string(all[i].name));
        CHECK(t.floats == all[i].floats);
        CHECK(t.learned == all[i].learned);
        next(t.begin, t.floats);
    }
    CHECK(p.first_tensor == std::vector<std::size_t>{0, 0, 2, 3, 5, 6});
    CHECK(p.cost.weight_bytes == 4 * end);
    CHECK(p.cost.parameters == (7 * 5 + 5) + 5 + 5 * 33 + 33);
    CHECK(p.cost.multiply_adds == 7 * 5 + 5 * 33);
}

TEST_CASE("place: a shared slope is one number", "[ir]") {
    ir::node shared = unary(op::prelu, 1);
    shared.shared = true;
    const planned p({input(7), dense(0, 100), shared});
    CHECK(p.tensors[2].extents.size() == 1);
    CHECK(p.cost.parameters == 7 * 100 + 100 + 1);
}

TEST_CASE("place: every weight has a place of its own", "[ir]") {
    for (std::size_t outputs : {1u, 2u, 3u, 8u, 9u, 16u, 17u, 128u, 129u, 200u, 300u}) {
        const std::size_t inputs = 3;
        std::vector<int> taken(laminate::weight_floats(inputs, outputs));
        for (std::size_t o = 0; o < outputs; ++o)
            for (std::size_t i = 0; i < inputs; ++i) {
                const std::size_t at =
                    laminate::weight_position(inputs, outputs, ir::panels(outputs), o, i);
                REQUIRE(at < taken.size());
                CHECK(taken[at]++ == 0);
            }
    }
}

TEST_CASE("place: units of maxout have places of their own", "[ir]") {
    for (std::size_t pieces : {1u, 2u, 3u, 7u})
        for (std::size_t outputs : {1u, 5u, 16u, 17u}) {
            const std::size_t units = pieces * outputs;
            std::vector<int> taken(pieces * laminate::piece_stride(units, pieces));
            for (std::size_t u = 0; u < units; ++u)
                CHECK(taken.at(laminate::unit_position(units, pieces, u))++ == 0);
        }
}

TEST_CASE("place: chains follow from the shape alone, and keep four terms each", "[ir]") {
    CHECK(ir::chains(100, 10) == 8);
    CHECK(ir::chains(32, 16) == 8);
    CHECK(ir::chains(31, 16) == 4);
    CHECK(ir::chains(128, 1) == 64);
    CHECK(ir::chains(127, 1) == 32);
    CHECK(ir::chains(8, 1) == 16);
    CHECK(ir::chains(3, 1) == 1);
    CHECK(ir::chains(64, 4) == 16);
    CHECK(ir::chains(32, 5) == 8);
    CHECK(ir::chains(9, 8) == 4);
    CHECK(ir::chains(100, 17) == 4);
    CHECK(ir::chains(100, 48) == 2);
    CHECK(ir::chains(100, 64) == 2);
    CHECK(ir::chains(100, 65) == 1);
    CHECK(ir::chains(100, 1000) == 1);
    CHECK(ir::panels(128) == 1);
    CHECK(ir::panels(129) == 2);
}

namespace {

// Plays a plan through with names in place of numbers: which unit of which computed value lies in
// each float of the caller's rows and of scratch memory. Steps must find what they read, and at the
// end the caller all outputs.
class player {
public:
    explicit player(const planned& p) : plan_(p) {
        scratch_.assign(p.cost.scratch_bytes / sizeof(float), nothing);
        for (const ir::port& port : p.in)
            for (std::size_t u = 0; u < port.units; ++u)
                in_[port.begin + u] = {port.node, u};
        for (std::size_t i = 0; i < p.nodes.size(); ++i)
            names_.push_back(names_of(i));
    }

    bool plays() {
        for (const ir::step& s : plan_.sequence)
            if (!reads_right(s) || !write(s)) return false;
        for (const ir::port& port : plan_.out)
            for (std::size_t u = 0; u < port.units; ++u)
                if (out_[port.begin + u] != names_[port.node][u]) return false;
        return true;
    }

private:
    using name = std::pair<std::size_t, std::size_t>; // node and unit
    static constexpr name nothing = {ir::none, ir::none};

    std::vector<name> names_of(std::size_t i) const {
        const ir::node& n = plan_.nodes[i];
        std::vector<name> all;
        if (n.kind == op::concat) {
            for (std::size_t part : n.inputs)
                if (part != ir::none)
                    all.insert(all.end(), names_[part].begin(), names_[part].end());
        } else if (n.kind == op::slice) {
            const auto first = names_[n.inputs[0]].begin() + static_cast<std::ptrdiff_t>(n.begin);
            all.assign(first, first + static_cast<std::ptrdiff_t>(n.units));
        } else if (ir::is_identity(n.kind)) {
            all = names_[n.inputs[0]];
        } else {
            for (std::size_t u = 0; u < n.output.size(); ++u)
                all.push_back({i, u});
        }
        return all;
    }

    name& at(const ir::place& p, std::size_t offset) {
        if (p.in == ir::memory::input) return in_[plan_.in[p.index].begin + p.offset + offset];
        if (p.in == ir::memory::output) return out_[plan_.out[p.index].begin + p.offset + offset];
        return scratch_.at(p.offset + offset);
    }

    bool holds(std::size_t node, const ir::place& p) {
        const std::size_t pieces = plan_.values[plan_.values[node].of].pieces;
        for (std::size_t u = 0; u < names_[node].size(); ++u)
            if (at(p, laminate::unit_position(names_[node].size(), pieces, u)) != names_[node][u])
                return false;
        return true;
    }

    // Kernels that read a row after they began to write it mustn't write over it; others may, from
    // its start.
    bool may_write_over(const ir::step& s, std::size_t node, const ir::place& p) const {
        if (p.in != s.writes.in || p.index != s.writes.index) return true;
        const std::size_t read = plan_.values[node].pieces == 1 ? plan_.nodes[node].output.size()
                                                                : plan_.values[node].floats;
        const bool apart =
            s.writes.offset + written(s) <= p.offset || p.offset + read <= s.writes.offset;
        return apart || (ir::writes_in_place(s.run) && p.offset == s.writes.offset);
    }

    bool reads_right(const ir::step& s) {
        if (!holds(s.input, s.reads) || !may_write_over(s, s.input, s.reads)) return false;
        for (std::size_t e = 0; e < s.epilogue_size; ++e) {
            const ir::joined& f = s.epilogue[e];
            if (f.other != ir::none &&
                (!holds(f.other, f.beside) || !may_write_over(s, f.other, f.beside)))
                return false;
        }
        return true;
    }

    std::size_t written(const ir::step& s) const {
        if (s.run != ir::kernel::maxout && s.pieces != 1) return plan_.values[s.last].floats;
        return s.exact ? s.units : laminate::whole_lines(s.units);
    }

    bool write(const ir::step& s) {
        if (s.writes.in == ir::memory::input) return false;
        if (s.writes.in == ir::memory::output && !s.exact) return false;
        if (s.writes.in == ir::memory::scratch && s.writes.offset + written(s) > scratch_.size())
            return false;
        const bool copies = plan_.nodes[s.node].kind == op::concat || s.output != ir::none;
        const std::vector<name>& names = names_[copies ? s.input : s.last];
        if (names.size() != s.units) return false;
        for (std::size_t i = 0; i < written(s); ++i)
            at(s.writes, i) = nothing;
        const std::size_t pieces = s.run == ir::kernel::maxout ? 1 : s.pieces;
        for (std::size_t u = 0; u < s.units; ++u)
            at(s.writes, laminate::unit_position(s.units, pieces, u)) = names[u];
        return true;
    }

    const planned& plan_;
    std::vector<std::vector<name>> names_;
    std::vector<name> scratch_;
    std::map<std::size_t, name> in_;
    std::map<std::size_t, name> out_;
};

} // namespace

TEST_CASE("place: no step writes over what is still to be read", "[ir]") {
    laminate::test::random r(11);
    for (std::size_t round = 0; round < 6000; ++round) {
        const laminate::test::may_have has = {1 + round % 5 * (round % 2 == 0 ? 1 : 4),
                                              round % 2 == 1};
        const auto graph = laminate::test::graph_maker(r, has).make();
        REQUIRE(check(graph).kind == mistake_kind::accepted);
        for (const ir::fusion mode : {ir::fusion::on, ir::fusion::off}) {
            const planned p(graph, mode);
            INFO("round " << round << ", " << graph.size() << " nodes, reach " << has.reach);
            REQUIRE(player(p).plays());
        }
    }
}

namespace {

ir::node pair(op kind, std::size_t a, std::size_t b) {
    return {.kind = kind, .inputs = {a, b, ir::none, ir::none}};
}

} // namespace

TEST_CASE("fuse: a sum joins the step that gives its second operand", "[ir]") {
    // x, dense and relu of x, dense of that, x + that.
    const planned p({input(32), dense(0, 64), unary(op::relu, 1), dense(2, 32), pair(op::add, 0, 3),
                     unary(op::tanh, 4)});
    REQUIRE(p.sequence.size() == 2);
    REQUIRE(p.sequence[1].epilogue_size == 2);
    CHECK(p.sequence[1].epilogue[0].node == 4);
    CHECK(p.sequence[1].epilogue[0].other == 0);
    CHECK(p.sequence[1].epilogue[0].swapped);
    CHECK(p.sequence[1].epilogue[0].beside == ir::place{ir::memory::input, 0, 0});
}

TEST_CASE("place: dense steps are alone where a kernel comes back after others", "[ir]") {
    // Layers of 16 KB each.
    const auto network = [](op between, std::size_t layers) {
        std::vector<ir::node> nodes = {input(64)};
        for (std::size_t k = 0; k < layers; ++k) {
            nodes.push_back(dense(nodes.size() - 1, 64));
            nodes.push_back(unary(k % 2 == 0 ? op::relu : between, nodes.size() - 1));
        }
        return planned(nodes);
    };
    const auto are_alone = [](const planned& p) {
        return std::all_of(p.sequence.begin(), p.sequence.end(),
                           [](const ir::step& s) { return s.alone; });
    };
    CHECK(are_alone(network(op::tanh, 8)));
    CHECK_FALSE(network(op::relu, 8).sequence[0].alone);
    CHECK_FALSE(network(op::tanh, 2).sequence[0].alone);
    CHECK_FALSE(network(op::tanh, ir::most_alone + 2).sequence[0].alone);
    // All of it stays in the L1 cache.
    CHECK_FALSE(planned({input(8), dense(0, 8), unary(op::relu, 1), dense(2, 8), unary(op::tanh, 3),
                         dense(4, 8), unary(op::relu, 5)})
                    .sequence[0]
                    .alone);
}

namespace {

using laminate::shape;

ir::node moved(op kind, shape axes, shape after = {}, std::size_t from = 0) {
    return {
        .kind = kind, .inputs = {from, ir::none, ir::none, ir::none}, .axes = axes, .after = after};
}
ir::node sliced(std::size_t axis, std::size_t begin, std::size_t units, std::size_t from = 0) {
    return {.kind = op::slice,
            .inputs = {from, ir::none, ir::none, ir::none},
            .units = units,
            .begin = begin,
            .axis = axis};
}
ir::walk walk_of(const ir::node& n, const shape& from) {
    const shape to = ir::of(n.kind).output(n, {&from, 1});
    return ir::walk_of(ir::of(n.kind).arguments_of(n, {&from, 1}, to.size(), false));
}

// A move of rows of three axes.
ir::node random_move(laminate::test::random& r, const shape& from) {
    const auto below = [&r](std::size_t end) { return r.below(end); };
    switch (below(4)) {
    case 0: {
        shape axes = {3, {0, 1, 2}};
        std::swap(axes.extent[below(3)], axes.extent[below(3)]);
        std::swap(axes.extent[below(3)], axes.extent[below(3)]);
        return moved(op::transpose, axes);
    }
    case 1: {
        const std::size_t axis = below(3);
        const std::size_t begin = below(from.extent[axis]);
        return sliced(axis, begin, 1 + below(from.extent[axis] - begin));
    }
    case 2:
        return moved(op::pad, {3, {below(2), below(2), below(2)}},
                     {3, {below(2), below(2), below(2)}});
    default: { // every few of the elements of each axis, or any strides at all
        const bool any = below(2) == 0;
        ir::node n = moved(op::as_strided, from, {3, {0, 0, 0}});
        for (std::size_t k = 0; k < 3; ++k) {
            const std::size_t every = 1 + below(2);
            n.axes.extent[k] = (from.extent[k] + every - 1) / every;
            n.after.extent[k] = any ? below(from.size() / 6 + 1) : every * ir::inner(from, k);
        }
        if (any) n.axes.extent = {2, 2, 2};
        return n;
    }
    }
}

} // namespace

TEST_CASE("walk: two as one find the same elements", "[ir]") {
    laminate::test::random r(5);
    std::size_t as_one = 0;
    for (std::size_t round = 0; round < 4000; ++round) {
        const shape from = {3, {1 + r.below(4), 1 + r.below(4), 1 + r.below(4)}};
        const ir::node first = random_move(r, from);
        const shape between = ir::of(first.kind).output(first, {&from, 1});
        const ir::node second = random_move(r, between);
        const shape to = ir::of(second.kind).output(second, {&between, 1});
        if (ir::of(second.kind).check(second, {&between, 1}).kind != mistake_kind::accepted ||
            ir::of(first.kind).check(first, {&from, 1}).kind != mistake_kind::accepted)
            continue;
        const ir::walk inner = walk_of(first, from);
        const ir::walk outer = walk_of(second, between);
        const auto w = ir::composed(outer, 0, inner);
        const bool simple = first.kind == op::transpose || first.kind == op::slice;
        if (simple && second.kind != op::as_strided) REQUIRE(w);
        if (!w) continue;
        ++as_one;
        for (std::size_t i = 0; i < to.size(); ++i) {
            const std::size_t at = ir::source(outer, i);
            INFO(ir::name(first.kind) << ", " << ir::name(second.kind) << ", element " << i);
            REQUIRE(ir::source(*w, i) == (at == ir::none ? ir::none : ir::source(inner, at)));
        }
    }
    CHECK(as_one > 1500);
}

TEST_CASE("fuse: moves behind one another are one pass", "[ir]") {
    const auto turned = [](std::size_t from) {
        return moved(op::transpose, {2, {1, 0}}, {}, from);
    };
    std::vector<ir::node> nodes = {{.kind = op::input, .output = {2, {4, 6}}},
                                   turned(0),
                                   sliced(1, 1, 3, 1), // not one piece
                                   moved(op::reshape, {3, {2, 3, 3}}, {}, 2),
                                   moved(op::pad, {3, {0, 0, 1}}, {3, {0, 0, 0}}, 3),
                                   unary(op::relu, 4)};
    const planned p(nodes);
    REQUIRE(p.sequence.size() == 2);
    CHECK(p.sequence[0].input == 0);
    CHECK(p.sequence[0].node == 4);
    CHECK(p.sequence[0].reads == ir::place{ir::memory::input, 0, 0});
    CHECK(ir::source(p.sequence[0].moves, 0) == ir::none);
    CHECK(ir::source(p.sequence[0].moves, 1) == 6); // of column 0, the element of row 1
    CHECK(planned(nodes, ir::fusion::off).sequence.size() == 4);

    // What is filled in must stay, and so must what others read.
    CHECK(
        planned({nodes[0], moved(op::pad, {2, {1, 1}}, {2, {0, 0}}), turned(1)}).sequence.size() ==
        2);
    CHECK(planned({nodes[0], turned(0), turned(1), pair(op::matmul, 1, 2)}).sequence.size() == 3);
}

TEST_CASE("place: parts of a concat are written where they belong", "[ir]") {
    const planned p({input(8), dense(0, 20), dense(0, 7), pair(op::concat, 1, 2), dense(3, 4)});
    REQUIRE(p.sequence.size() == 3);
    CHECK(p.sequence[0].writes.offset == 0);
    CHECK(p.sequence[0].exact);
    CHECK(p.sequence[1].writes.offset == 20);
    CHECK_FALSE(p.sequence[2].reads == p.sequence[1].writes);
    CHECK(p.cost.scratch_bytes == 32 * sizeof(float));
    // An input has to be copied.
    const planned q({input(8), dense(0, 20), pair(op::concat, 0, 1), dense(2, 4)});
    CHECK(q.sequence.size() == 3);
}

TEST_CASE("place: several inputs and outputs are the caller's rows", "[ir]") {
    ir::node action = dense(3, 3);
    ir::node value = dense(3, 1);
    action.result = 1;
    value.result = 0;
    const planned p({input(8), input(4), pair(op::concat, 0, 1), dense(2, 64), action, value});
    CHECK(p.in.size() == 2);
    CHECK(p.in[1].begin == 8);
    CHECK(p.sequence[3].writes == ir::place{ir::memory::output, 1, 0});
    CHECK(p.sequence[4].writes == ir::place{ir::memory::output, 0, 0});
}

TEST_CASE("place: a chain needs the two largest neighbours at most", "[ir]") {
    std::vector<ir::node> nodes = {input(8)};
    for (std::size_t i = 0; i < 10; ++i)
        nodes.push_back(dense(i, 32));
    const planned p(nodes);
    CHECK(p.cost.scratch_bytes == 2 * 32 * sizeof(float));
    CHECK(p.cost.steps == 10);
}

TEST_CASE("plan: a step is structural, and a plan a constant", "[ir]") {
    constexpr auto p = [] {
        std::array<ir::node, 3> nodes = {
            ir::node{.kind = op::input, .output = vector_shape(4)},
            ir::node{.kind = op::dense, .inputs = {0, ir::none, ir::none, ir::none}, .units = 3},
            ir::node{.kind = op::relu, .inputs = {1, ir::none, ir::none, ir::none}}};
        ir::infer(nodes);
        return ir::make_plan<2, 4>(nodes, ir::fusion::on);
    }();
    static_assert(p.steps == 1 && p.parameters == 15 && p.multiply_adds == 12,
                  "the figures are members");
    static_assert(
        []<ir::step S>() { return S.epilogue_size; }.template operator()<p.sequence[0]>() == 1,
        "a step can be a template argument");
    CHECK(p.view().outputs() == 3);
}
