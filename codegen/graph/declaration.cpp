// SPDX-License-Identifier: MIT
#include "declaration.hpp"

#include <laminate/ir/builder.hpp>
#include <laminate/ir/check.hpp>
#include <laminate/ir/spelling.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "planned.hpp"

namespace laminate::codegen {

namespace {

constexpr std::string_view scope = "laminate::";

std::vector<std::size_t> operands_of(const ir::node& n) {
    std::vector<std::size_t> all;
    for (const std::size_t from : n.inputs)
        if (from != ir::none) all.push_back(from);
    return all;
}

// Each input before the first node that reads it, or an input behind it; their order stays.
graph with_inputs_where_read(const graph& from) {
    graph to = from;
    to.nodes.clear();
    to.parameters.clear();
    to.origins.clear();
    std::vector<std::size_t> place(from.nodes.size());
    const auto add = [&](std::size_t i) {
        place[i] = to.nodes.size();
        to.nodes.push_back(from.nodes[i]);
        for (std::size_t& read : to.nodes.back().inputs)
            if (read != ir::none) read = place[read];
        to.parameters.push_back(from.parameters[i]);
        to.origins.push_back(i < from.origins.size() ? from.origins[i] : std::string());
    };
    std::size_t inputs = 0; // all before this one have been added
    const auto add_inputs = [&](std::size_t end) {
        for (; inputs < end; ++inputs)
            if (from.nodes[inputs].kind == ir::op::input) add(inputs);
    };
    for (std::size_t i = 0; i < from.nodes.size(); ++i) {
        if (from.nodes[i].kind == ir::op::input) continue;
        for (const std::size_t read : operands_of(from.nodes[i]))
            if (from.nodes[read].kind == ir::op::input && read >= inputs) add_inputs(read + 1);
        add(i);
    }
    add_inputs(from.nodes.size());
    return to;
}

// What ir::builder would have made of the outputs, and of a concat of one value.
void say_otherwise(graph& network) {
    for (ir::node& n : network.nodes)
        if (n.kind == ir::op::concat && n.inputs[1] == ir::none) {
            n.kind = ir::op::linear;
            n.axis = ir::none;
        }
    for (const ir::port& out : ir::outputs_of(network.nodes)) {
        ir::node& n = network.nodes[out.node];
        if (n.kind != ir::op::input) continue;
        ir::node passes = {.kind = ir::op::linear, .output = n.output, .result = n.result};
        passes.inputs[0] = out.node;
        n.result = ir::none;
        network.nodes.push_back(passes);
        network.parameters.emplace_back();
        network.origins.emplace_back();
    }
}

std::string indented(std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 5)
        text.replace(at, 1, "\n    ");
    return text;
}

constexpr std::size_t longest_line = 80;

std::string joined(const std::vector<std::string>& all, std::string_view on_a_line,
                   std::string_view on_lines) {
    std::size_t length = 0;
    bool lines = false;
    for (const std::string& text : all) {
        length += text.size() + on_a_line.size();
        lines = lines || text.find('\n') != std::string::npos;
    }
    std::string text;
    for (const std::string& one : all)
        text += sentence(&one == &all.front()             ? ""
                         : lines || length > longest_line ? on_lines
                                                          : on_a_line,
                         one);
    return text;
}

// Layers in a row that give one value, and haven't found their place yet.
struct piece {
    std::size_t node = ir::none;     // whose value it gives
    std::size_t arriving = ir::none; // the value that it goes on with; none if it starts by itself
    std::size_t reads = 0;           // how often it reads that, unnamed
    std::size_t depth = 0;           // of operands in operands
    bool starts_with_input = false;
    std::vector<std::string> layers;
};

// Goes over the nodes, with the pieces that later nodes will read on a stack: their nodes are in
// order, from the lowest to the top. A node takes those of its operands that lie on top, and reads
// others by a name. A piece goes on with the one under it as soon as nothing else will.
class composer {
public:
    explicit composer(graph& network)
        : nodes_(network.nodes), readers_(nodes_.size()), named_(nodes_.size()) {
        for (const ir::node& n : nodes_) {
            for (const std::size_t from : operands_of(n))
                ++readers_[from];
        }
        for (const ir::port& out : ir::outputs_of(nodes_))
            ++readers_[out.node];
        left_ = readers_;
    }

    std::string layers() {
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            add(i);
        const ir::ports outputs = ir::outputs_of(nodes_);
        if (outputs.size() > 1 || outputs[0].node != nodes_.size() - 1) {
            std::vector<std::size_t> ends;
            for (const ir::port& out : outputs)
                ends.push_back(out.node);
            std::vector<piece> parts = take(ends);
            push(of_several(sentence(scope, "outputs"), parts));
        }
        while (pieces_.size() > 1)
            put_on_the_one_below();
        return joined(pieces_.back().layers, " |\n", " |\n");
    }
    std::size_t names() const { return names_; }

private:
    void add(std::size_t index) {
        ir::node& n = nodes_[index];
        if (n.kind == ir::op::input) {
            return push(
                {.node = index, .starts_with_input = true, .layers = {ir::text::layer(n, scope)}});
        }
        std::vector<piece> parts = take(operands_of(n));
        piece p;
        if (parts.size() == 1) {
            p = std::move(parts[0]);
            p.layers.push_back(ir::text::layer(n, scope));
        } else if (is_residual(n, parts)) {
            if (parts[1].layers.empty()) std::swap(n.inputs[0], n.inputs[1]);
            p = residual(parts[parts[0].layers.empty() ? 1 : 0]);
        } else {
            p = of_several(ir::text::layer(n, scope), parts);
        }
        p.node = index;
        push(std::move(p));
    }

    // The pieces that give these values, from the top of the stack where they lie there. One of
    // several readers has no layers yet: it is what arrives.
    std::vector<piece> take(const std::vector<std::size_t>& values) {
        constexpr std::size_t deepest = 12; // whoever reads it counts parentheses
        std::vector<piece> parts(values.size());
        for (std::size_t k = values.size(); k-- > 0;) {
            const std::size_t v = values[k];
            --left_[v];
            const bool on_top = !pieces_.empty() && pieces_.back().node == v;
            if (readers_[v] > 1) {
                parts[k].arriving = v;
                parts[k].reads = 1;
            } else if (on_top && pieces_.back().depth < deepest) {
                parts[k] = std::move(pieces_.back());
                pieces_.pop_back();
            } else {
                parts[k].layers = {from(v)};
            }
        }
        return parts;
    }

    std::string from(std::size_t value) {
        named_[value] = true;
        return sentence(scope, "from<\"v", value, "\">");
    }

    void start_by_name(piece& p) {
        if (p.arriving == ir::none) return;
        p.layers.insert(p.layers.begin(), from(p.arriving));
        p.arriving = ir::none;
        p.reads = 0;
    }

    static bool is_residual(const ir::node& n, const std::vector<piece>& parts) {
        return n.kind == ir::op::add && parts[0].arriving != ir::none &&
               parts[0].arriving == parts[1].arriving &&
               parts[0].layers.empty() != parts[1].layers.empty();
    }

    static std::string call(std::string_view word, const std::vector<std::string>& operands) {
        const std::string text = joined(operands, ", ", ",\n");
        const bool lines = text.find('\n') != std::string::npos;
        return indented(sentence(word, lines ? "(\n" : "(", text, ")"));
    }

    static piece residual(const piece& block) {
        return {
            .arriving = block.arriving,
            .reads = block.reads + 1,
            .depth = block.depth + 1,
            .layers = {call(sentence(scope, "residual"), {joined(block.layers, " | ", " |\n")})}};
    }

    // word(a, b, ...): all of them go on with the last of the values that arrive, or start by a
    // name.
    piece of_several(std::string_view word, std::vector<piece>& parts) {
        piece all;
        for (const piece& p : parts)
            if (!p.layers.empty() && p.arriving != ir::none)
                all.arriving =
                    all.arriving == ir::none ? p.arriving : std::max(all.arriving, p.arriving);
        std::vector<std::string> operands;
        for (piece& p : parts) {
            if (p.layers.empty() || p.arriving != all.arriving) start_by_name(p);
            all.reads += p.reads;
            all.depth = std::max(all.depth, p.depth + 1);
            operands.push_back(joined(p.layers, " | ", " |\n"));
        }
        all.layers = {call(word, operands)};
        return all;
    }

    void push(piece p) {
        pieces_.push_back(std::move(p));
        while (pieces_.size() > 1) {
            const piece& top = pieces_.back();
            const std::size_t below = pieces_[pieces_.size() - 2].node;
            const bool all_read = named_[below] || top.reads == readers_[below];
            if (top.arriving != below || left_[below] > 0 || !all_read) break;
            put_on_the_one_below();
        }
    }

    void put_on_the_one_below() {
        piece top = std::move(pieces_.back());
        pieces_.pop_back();
        piece& below = pieces_.back();
        if (top.arriving != below.node) start_by_name(top);
        if (named_[below.node]) {
            below.layers.push_back(sentence(scope, "as<\"v", below.node, "\">"));
            ++names_;
        }
        // In the middle of a stack an input stands as an operand: of one part, concat makes
        // nothing.
        if (top.starts_with_input) top.layers[0] = sentence(scope, "concat(", top.layers[0], ")");
        below.layers.insert(below.layers.end(), top.layers.begin(), top.layers.end());
        below.node = top.node;
        below.depth = std::max(below.depth, top.depth);
    }

    std::vector<ir::node>& nodes_;
    std::vector<std::size_t> readers_; // of each value; an output is one
    std::vector<std::size_t> left_;    // of these, those that haven't been added yet
    std::vector<bool> named_;
    std::size_t names_ = 0;
    std::vector<piece> pieces_;
};

} // namespace

result<declaration> declare(const graph& network) {
    if (const ir::mistake m = ir::check_readers(network.nodes);
        m.kind != ir::mistake_kind::accepted)
        return error{sentence(origin_of(network, m.node),
                              " gives a value that nothing reads; a declared network has none")};
    declaration d = {with_inputs_where_read(network), {}};
    say_otherwise(d.network);
    composer of(d.network);
    d.layers = indented(of.layers());
    ir::infer(d.network.nodes);
    if (of.names() > ir::builder::max_names)
        return error{sentence("a declared network names at most ", ir::builder::max_names,
                              " values that several layers read; this one would name ", of.names(),
                              ". Write a source instead")};
    return d;
}

} // namespace laminate::codegen
