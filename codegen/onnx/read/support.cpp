// SPDX-License-Identifier: MIT
#include "support.hpp"

#include "call.hpp"
#include "message.hpp"
#include "operators/list.hpp"
#include "refusal.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace laminate::codegen::onnx {
namespace {

// Why whole families of operators aren't there.
struct family {
    std::string_view start;
    const char* reason;
};

constexpr family families[] = {
    {"If", "control flow"},
    {"Loop", "control flow"},
    {"Scan", "control flow"},
    {"SequenceMap", "control flow"},
    {"Random", "random"},
    {"Bernoulli", "random"},
    {"Multinomial", "random"},
    {"Sequence", "a sequence"},
    {"SplitToSequence", "a sequence"},
    {"ConcatFromSequence", "a sequence"},
    {"Optional", "an optional value"},
    {"String", "strings"},
    {"Bitwise", "bits of integers, which are computed as floats"},
    {"BitShift", "bits of integers, which are computed as floats"},
};

std::string reason_of(const message::NodeProto& node, const std::string& name, std::int64_t opset) {
    if (!node.domain().empty() && node.domain() != "ai.onnx") return "of a domain of its own";
    if (const rule* const known = find_rule(name))
        return opset < known->since
                   ? sentence("new in opset ", known->since, ", the model has ", opset)
                   : sentence("known up to opset ", known->until, ", the model has ", opset);
    const auto* const found =
        std::find_if(std::begin(families), std::end(families),
                     [&name](const family& f) { return name.starts_with(f.start); });
    return found == std::end(families) ? "" : found->reason;
}

bool is_known(const message::NodeProto& node, std::int64_t opset) {
    if (!node.domain().empty() && node.domain() != "ai.onnx") return false;
    const rule* const known = find_rule(node.op_type());
    return known != nullptr && known->since <= opset && opset <= known->until;
}

struct missing {
    std::string reason;
    std::vector<std::string> names;
};

std::string listed(const std::string& kind, const missing& m) {
    constexpr std::size_t shown = 3;
    std::string text = kind + " (";
    if (!m.reason.empty()) text += m.reason + "; ";
    text += sentence(m.names.size(), m.names.size() == 1 ? " node: " : " nodes: ");
    for (std::size_t i = 0; i < std::min(shown, m.names.size()); ++i)
        text += (i == 0 ? "" : ", ") + m.names[i];
    return text + (m.names.size() > shown ? ", ...)" : ")");
}

} // namespace

void check_support(const std::vector<const message::NodeProto*>& nodes, std::int64_t opset) {
    std::map<std::string, missing> unknown;
    for (const message::NodeProto* node : nodes) {
        if (is_known(*node, opset)) continue;
        missing& m = unknown[operator_of(*node)];
        m.reason = reason_of(*node, node->op_type(), opset);
        m.names.push_back(quote(!node->name().empty()     ? node->name()
                                : node->output_size() > 0 ? node->output(0)
                                                          : std::string()));
    }
    if (unknown.empty()) return;
    constexpr std::size_t shown = 40;
    std::string text;
    std::size_t i = 0;
    for (const auto& [kind, m] : unknown)
        if (i++ < shown) text += (text.empty() ? "" : ", ") + listed(kind, m);
    if (i > shown) text += sentence(" and ", i - shown, " more");
    refuse(unknown.size(), unknown.size() == 1 ? " operator isn't" : " operators aren't",
           " supported: ", text, ". `laminate operators` lists those that are");
}

} // namespace laminate::codegen::onnx
