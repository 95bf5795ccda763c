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
    bool axes = false;     // rows of several axes, moves, products of two values
    bool windows = false;  // of maps; with axes
};

class graph_maker {
public:
    graph_maker(random& r, may_have has) : random_(r), has_(has) {}

    std::vector<ir::node> make() {
        add(input());
        const std::size_t count = 2 + random_.below(has_.graphs ? 24 : 16);
        while (nodes_.size() < count)
            add(right(has_.windows && random_.below(3) == 0  ? windowed()
                      : has_.axes && random_.below(3) == 0   ? moved()
                      : has_.graphs && random_.below(2) == 0 ? many()
                                                             : one()));
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
    // With axes, not all values fit each other.
    ir::node right(ir::node n) {
        if (!has_.axes || n.kind == ir::op::input) return n;
        std::vector<shape> in;
        for (const std::size_t from : n.inputs)
            if (from != ir::none) in.push_back(nodes_[from].output);
        const bool is_right = ir::of(n.kind).check(n, in).kind == ir::mistake_kind::accepted &&
                              ir::of(n.kind).output(n, in).size() <= 4096;
        return is_right ? n : reads(ir::op::relu, n.inputs[0]);
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
    // Each of its three axes has an extent, maybe 1.
    shape random_extents(std::size_t size) {
        shape s = {1 + random_.below(ir::max_axes), {}};
        for (std::size_t axis = 0; axis + 1 < s.rank; ++axis) {
            std::size_t extent = 1 + random_.below(6);
            while (size % extent != 0)
                --extent;
            s.extent[axis] = extent;
            size /= extent;
        }
        s.extent[s.rank - 1] = size;
        return s;
    }
    ir::node moved() {
        const std::size_t from = any();
        const shape& s = nodes_[from].output;
        ir::node n = reads(ir::op::reshape, from);
        switch (random_.below(7)) {
        case 0:
            n.kind = ir::op::transpose;
            n.axes.rank = s.rank;
            for (std::size_t k = 0; k < s.rank; ++k) {
                n.axes.extent[k] = k;
                std::swap(n.axes.extent[k], n.axes.extent[random_.below(k + 1)]);
            }
            return n;
        case 1:
            n.kind = ir::op::pad;
            n.alpha = random_.uniform(1.0f);
            n.axes.rank = n.after.rank = 1 + random_.below(s.rank);
            for (std::size_t k = 0; k < n.axes.rank; ++k) {
                n.axes.extent[k] = random_.below(3);
                n.after.extent[k] = random_.below(3);
            }
            return n;
        case 2:
            n.kind = ir::op::slice;
            n.axis = random_.below(s.rank);
            n.begin = random_.below(s.extent[n.axis]);
            n.units = 1 + random_.below(s.extent[n.axis] - n.begin);
            return n;
        case 3:
            n.kind = ir::op::as_strided;
            n.begin = random_.below(4);
            n.axes = n.after = random_extents(1 + random_.below(40));
            for (std::size_t k = 0; k < n.after.rank; ++k)
                n.after.extent[k] = random_.below(4);
            return n;
        case 4: { // by floats of any value, read as a matrix
            ir::node right = reads(ir::op::as_strided, any());
            right.axes = s;
            right.axes.extent[s.rank - 1] = 1 + random_.below(20);
            if (s.rank > 1) right.axes.extent[s.rank - 2] = width_of(s);
            right.after = {s.rank, {random_.below(2), random_.below(3), 1}};
            add(this->right(right));
            n.kind = ir::op::matmul;
            n.alpha = 0.5f;
            n.inputs[1] = nodes_.size() - 1;
            return n;
        }
        default:
            n.axes = random_extents(s.size());
            return n;
        }
    }
    // Some number for each axis of a map.
    shape some(std::size_t axes, std::size_t least, std::size_t count) {
        shape all = {axes, {}};
        for (std::size_t k = 0; k < axes; ++k)
            all.extent[k] = least + random_.below(count);
        return all;
    }
    ir::node windowed() {
        const std::size_t from = any();
        const shape& s = nodes_[from].output;
        ir::node n = reads(ir::op::reshape, from);
        n.axes = random_extents(s.size());
        if (s.rank < 2) return n;
        constexpr ir::op kinds[] = {ir::op::conv, ir::op::conv, ir::op::depthwise_conv,
                                    ir::op::max_pool, ir::op::average_pool};
        n.kind = kinds[random_.below(std::size(kinds))];
        const bool is_pool = n.kind == ir::op::max_pool || n.kind == ir::op::average_pool;
        n.axes = {};
        if (is_pool && random_.below(8) == 0) return n; // of the whole map
        const std::size_t axes = s.rank - 1;
        n.window = some(axes, 1, 3);
        n.strides = some(axes, 1, 2);
        n.dilations = some(axes, 1, n.kind == ir::op::average_pool ? 1 : 2);
        n.axes = some(axes, 0, 2);
        n.after = some(axes, 0, 2);
        n.bias = is_pool || random_.below(4) != 0;
        n.counts_padding = n.kind == ir::op::average_pool && random_.below(2) == 0;
        if (n.kind == ir::op::conv) {
            const bool by_groups = random_.below(3) == 0 && width_of(s) % 2 == 0;
            n.groups = by_groups ? 2 : 1;
            n.units = n.groups * (1 + random_.below(20));
            if (n.groups == 2 && width_of(s) == 2 && n.units == 2) n.units = 4; // no depthwise_conv
        }
        return n;
    }
    static std::size_t width_of(const shape& s) { return laminate::width(s); }
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
                if (nodes_[other].output == nodes_[from].output ||
                    ir::kind::counts_for(nodes_[other].output, nodes_[from].output))
                    n.inputs[1] = other;
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
