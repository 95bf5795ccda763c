// SPDX-License-Identifier: MIT
#include "order.hpp"

#include "call.hpp"
#include "message.hpp"
#include "refusal.hpp"

#include <unordered_set>

namespace laminate::codegen::onnx {
namespace {

class sorter {
public:
    explicit sorter(const message::GraphProto& graph) : graph_(graph) {
        for (const auto& tensor : graph.initializer())
            if (!known_.insert(tensor.name()).second)
                refuse("expected a new name for each initialiser, found ", quote(tensor.name()),
                       " twice");
        for (const auto& input : graph.input())
            if (!known_.count(input.name())) inputs_.insert(input.name());
        for (int i = 0; i < graph.node_size(); ++i)
            for (const std::string& name : graph.node(i).output())
                if (!name.empty()) add_producer(name, i);
        state_.resize(static_cast<std::size_t>(graph.node_size()), unseen);
    }

    // Depth first, with a stack of our own: a chain may be as long as the file.
    void visit(const std::string& wanted) {
        push(wanted, "the graph's outputs");
        while (!stack_.empty()) {
            const int i = stack_.back().node;
            const auto& node = graph_.node(i);
            if (stack_.back().next < node.input_size()) {
                const std::string& name = node.input(stack_.back().next++);
                if (!name.empty()) push(name, describe(node));
                continue;
            }
            state_[static_cast<std::size_t>(i)] = done;
            sorted_.nodes.push_back(&node);
            stack_.pop_back();
        }
    }

    ordered take() { return std::move(sorted_); }

private:
    enum state : unsigned char { unseen, open, done };
    struct frame {
        int node;
        int next;
    };

    void add_producer(const std::string& name, int i) {
        if (known_.count(name) || inputs_.count(name) || !producers_.emplace(name, i).second)
            refuse(describe(graph_.node(i)), ": expected a new name for each value, found ",
                   quote(name), " twice");
    }

    void push(const std::string& name, const std::string& user) {
        if (known_.count(name)) return;
        if (inputs_.count(name)) {
            if (used_.insert(name).second) sorted_.inputs.push_back(name);
            return;
        }
        const auto found = producers_.find(name);
        if (found == producers_.end())
            refuse(user, ": expected a value named ", quote(name),
                   ", found no node, input or initialiser of that name");
        state& s = state_[static_cast<std::size_t>(found->second)];
        if (s == open)
            refuse(describe(graph_.node(found->second)), ": depends on its own output ",
                   quote(name));
        if (s == done) return;
        s = open;
        stack_.push_back({found->second, 0});
    }

    const message::GraphProto& graph_;
    std::unordered_set<std::string> known_, inputs_, used_;
    std::unordered_map<std::string, int> producers_;
    std::vector<state> state_;
    std::vector<frame> stack_;
    ordered sorted_;
};

} // namespace

ordered order_nodes(const message::GraphProto& graph, const std::vector<std::string>& wanted) {
    sorter all(graph);
    for (const std::string& name : wanted)
        all.visit(name);
    return all.take();
}

} // namespace laminate::codegen::onnx
