// SPDX-License-Identifier: MIT
#pragma once

// Random graphs, right ones, of the kinds that a planner has to think about. Needs nodes alone.
// Promises that a seed gives one graph for ever.

#include "random.hpp"

#include <laminate/ir/infer.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace laminate::test {

inline ir::op random_unary(random& r) {
    constexpr ir::op kinds[] = {ir::op::linear,  ir::op::relu,    ir::op::prelu, ir::op::tanh,
                                ir::op::softmax, ir::op::dropout, ir::op::sin,   ir::op::floor};
    return kinds[r.below(std::size(kinds))];
}

// What random graphs may have beside nodes that read one value.
struct may_have {
    std::size_t reach = 1; // nodes read one of so many before them: 1 makes a chain
    bool graphs = false;   // functions of two values, concat, slice, several inputs and outputs
};

class graph_maker {
public:
    graph_maker(random& r, may_have has) : random_(r), has_(has) {}

    std::vector<ir::node> make() {
        add(input());
        const std::size_t count = 2 + random_.below(has_.graphs ? 24 : 16);
        while (nodes_.size() < count)
            add(has_.graphs && random_.below(2) == 0 ? many() : one());
        // A value may be an output twice, and so may an input.
        if (has_.graphs)
            for (std::size_t k = random_.below(4); k-- > 0;) {
                const std::size_t i = random_.below(nodes_.size());
                if (nodes_[i].result == ir::none) nodes_[i].result = outputs_++;
            }
        return nodes_;
    }

private:
    void add(const ir::node& n) {
        nodes_.push_back(n);
        ir::node& last = nodes_.back();
        last.output = ir::of(last.kind).output(last, ir::operands_of(nodes_, nodes_.size() - 1));
    }
    static ir::node reads(ir::op kind, std::size_t from) {
        ir::node n;
        n.kind = kind;
        n.inputs[0] = from;
        return n;
    }
    ir::node input() {
        ir::node n;
        n.output = vector_shape(1 + random_.below(40));
        return n;
    }
    std::size_t width(std::size_t i) const { return nodes_[i].output.size(); }
    std::size_t any() {
        return nodes_.size() - 1 - random_.below(std::min(has_.reach, nodes_.size()));
    }

    ir::node one() {
        const std::size_t from = any();
        switch (random_.below(4)) {
        case 0: {
            ir::node n = reads(ir::op::dense, from);
            n.units = 2 * (1 + random_.below(90));
            n.bias = random_.below(4) != 0;
            return n;
        }
        case 1:
            if (width(from) % 2 == 0 && width(from) > 2) {
                ir::node n = reads(ir::op::maxout, from);
                n.pieces = 2;
                return n;
            }
            [[fallthrough]];
        default:
            const ir::op kind = random_unary(random_);
            return reads(kind == ir::op::softmax && width(from) < 2 ? ir::op::relu : kind, from);
        }
    }
    ir::node many() {
        constexpr ir::op pairs[] = {
            ir::op::add,        ir::op::subtract, ir::op::multiply, ir::op::maximum, ir::op::less,
            ir::op::less_equal, ir::op::equal,    ir::op::when,     ir::op::unless,  ir::op::power};
        const std::size_t from = any();
        ir::node n = reads(pairs[random_.below(std::size(pairs))], from);
        switch (random_.below(7)) {
        case 0:
            return inputs_++ < 3 ? input() : reads(ir::op::relu, from);
        case 1:
            n.kind = ir::op::slice;
            n.begin = random_.below(width(from));
            n.units = 1 + random_.below(width(from) - n.begin);
            return n;
        case 6: {
            constexpr ir::op rows[] = {ir::op::sum, ir::op::mean, ir::op::mean_square,
                                       ir::op::layer_norm, ir::op::rms_norm};
            n.kind = rows[random_.below(std::size(rows))];
            n.alpha = 0.01f;
            return n;
        }
        case 2:
        case 3:
            n.kind = ir::op::concat;
            for (std::size_t k = 1 + random_.below(3); k > 0; --k)
                n.inputs[k] = any();
            std::sort(n.inputs.begin(), n.inputs.end()); // none at the end
            return n;
        default:
            n.inputs[1] = from;
            for (std::size_t tries = 0; tries < 8; ++tries) {
                const std::size_t other = any();
                if (width(other) == width(from) || width(other) == 1) n.inputs[1] = other;
            }
            if (random_.below(2) == 0) std::swap(n.inputs[0], n.inputs[1]);
            return n;
        }
    }

    random& random_;
    may_have has_;
    std::vector<ir::node> nodes_;
    std::size_t inputs_ = 0;
    std::size_t outputs_ = 0;
};

} // namespace laminate::test
