// SPDX-License-Identifier: MIT
#include "ports.hpp"

#include <laminate/base/error.hpp>

#include <algorithm>
#include <set>

#include "name.hpp"

namespace laminate::codegen {

namespace {

// "const float* a, const float* b": the texts of all ports, each by `text(port, is_input)`.
template <class Text>
std::string list_of(const port_texts& all, const Text& text) {
    std::string joined;
    for (const port_text& p : all.in)
        joined += sentence(joined.empty() ? "" : ", ", text(p, true));
    for (const port_text& p : all.out)
        joined += sentence(", ", text(p, false));
    return joined;
}

// What users see; names of other parameters, and of what the header declares, are taken.
class name_giver {
public:
    std::string give(const std::string& wanted, const std::string& otherwise) {
        const std::string stem = wanted.empty() ? otherwise : name_like(wanted, "port", false);
        std::string name = stem;
        for (std::size_t i = 2; !taken_.insert(name).second; ++i)
            name = sentence(stem, "_", i);
        return name;
    }

private:
    std::set<std::string> taken_ = {"rows",    "from",       "weights",       "inputs",
                                    "outputs", "parameters", "multiply_adds", "weight_bytes",
                                    "infer",   "self_test",  "scratch_bytes", "infer_batch"};
};

std::vector<port_text> texts(std::span<const ir::port> ports, std::span<const std::string> names,
                             const char* inner, const char* floats, bool several,
                             name_giver& giver) {
    std::vector<port_text> all;
    for (std::size_t k = 0; k < ports.size(); ++k) {
        const std::string own = inner_name(inner, k);
        all.push_back({several ? giver.give(k < names.size() ? names[k] : "", own) : own, own,
                       several ? std::to_string(ports[k].units) : floats, ports[k].units,
                       ports[k].begin});
    }
    return all;
}

} // namespace

std::string inner_name(const char* name, std::size_t index) {
    return index == 0 ? name : sentence(name, "_", index);
}

port_texts::port_texts(const network_source& network) {
    const bool more = network.plan.in.size() + network.plan.out.size() > 2;
    name_giver giver;
    in = texts(network.plan.in, network.input_names, "in", "inputs", more, giver);
    out = texts(network.plan.out, network.output_names, "out", "outputs", more, giver);
}

std::string port_texts::parameters(std::string port_text::*name) const {
    return list_of(*this, [name](const port_text& p, bool input) {
        return sentence(input ? "const float* " : "float* ", p.*name);
    });
}

std::string port_texts::spans(bool of_rows) const {
    return list_of(*this, [of_rows](const port_text& p, bool input) {
        return sentence("std::span<", input ? "const float" : "float",
                        of_rows ? "" : sentence(", ", p.floats), "> ", p.name);
    });
}

std::string port_texts::arguments() const {
    return list_of(*this, [](const port_text& p, bool) { return p.inner; });
}

std::string port_texts::arguments_at_row() const {
    return list_of(
        *this, [](const port_text& p, bool) { return sentence(p.inner, " + row * ", p.floats); });
}

std::string port_texts::data() const {
    return list_of(*this, [](const port_text& p, bool) { return sentence(p.name, ".data()"); });
}

} // namespace laminate::codegen
