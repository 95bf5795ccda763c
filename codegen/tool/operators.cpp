// SPDX-License-Identifier: MIT
#include "operators.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../onnx/import.hpp"
#include "terminal.hpp"

namespace laminate::codegen::tool {

outcome list_operators() {
    const std::vector<onnx::operator_support> all = onnx::supported_operators();
    std::size_t width = 0;
    for (const onnx::operator_support& o : all)
        width = std::max(width, o.name.size());

    outcome done;
    done.text =
        painted(fmt::format("{:{}}  opsets  restrictions", "operator", width), paint::bold) + "\n";
    json list = json::array();
    for (const onnx::operator_support& o : all) {
        std::string line =
            fmt::format("{:{}}  {:>2}-{:<2}   {}", o.name, width, o.since, o.until, o.restriction);
        line.erase(line.find_last_not_of(' ') + 1);
        done.text += line + "\n";
        list.push_back({{"name", o.name},
                        {"since", o.since},
                        {"until", o.until},
                        {"restriction", o.restriction}});
    }
    done.text += fmt::format("{} operators\n", all.size());
    done.report = {{"operators", std::move(list)}};
    return done;
}

} // namespace laminate::codegen::tool
