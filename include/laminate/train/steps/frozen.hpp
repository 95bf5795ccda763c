// SPDX-License-Identifier: MIT
#pragma once

// Which layers a trainer leaves as they are, by the names that files have for them, and of which
// values nobody asks for the gradient then.

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../base/error.hpp"
#include "../../ir/plan.hpp"
#include "../../ir/spelling.hpp"
#include "stages.hpp"

namespace laminate::inline LAMINATE_ISA::training {

template <class Plan>
struct frozen_stages {
    static constexpr const auto& plan = Plan::value;
    static constexpr const auto& stages = stages_of<Plan>;

    std::array<bool, stages.count> frozen = {}; // its parameters stay
    std::array<bool, stages.count> idle = {};   // and so do all that its value depends on

    // Whether `name` is a layer's, or what stands before a dot in it.
    static bool holds(std::string_view name, std::string_view layer) {
        return layer.starts_with(name) &&
               (layer.size() == name.size() || layer[name.size()] == '.');
    }

    // Returns what is wrong with the names.
    std::optional<error> freeze(std::span<const std::string> names) {
        std::string all;
        bool learns = false;
        std::vector<bool> found(names.size());
        for (std::size_t s = 0; s < stages.count; ++s) {
            if (!stages.at[s].learned) continue;
            const std::size_t node = stages.at[s].node;
            if (const std::size_t first = plan.nodes[node].like; first != ir::none) {
                for (std::size_t before = 0; before < s; ++before)
                    if (stages.at[before].node == first) frozen[s] = frozen[before];
                continue;
            }
            const std::string layer = ir::name_in_files(plan.view().name_of(node), node);
            all += sentence(all.empty() ? "" : ", ", layer);
            for (std::size_t k = 0; k < names.size(); ++k)
                if (holds(names[k], layer)) found[k] = frozen[s] = true;
            learns = learns || !frozen[s];
        }
        for (std::size_t k = 0; k < names.size(); ++k)
            if (!found[k])
                return error{
                    sentence("train_options::frozen: expected names of layers that learn, ", all,
                             ", or the beginnings of some up to a dot, found ", quote(names[k]))};
        if (!learns)
            return error{sentence("train_options::frozen: expected a layer that is left to learn, "
                                  "of ",
                                  all, ", found all of them frozen")};
        find_idle();
        return std::nullopt;
    }

private:
    void find_idle() {
        for (std::size_t s = 0; s < stages.count; ++s) {
            idle[s] = !stages.at[s].learned || frozen[s];
            for (const operand& from : stages.at[s].reads)
                if (from.stage != ir::none) idle[s] = idle[s] && idle[from.stage];
        }
    }
};

} // namespace laminate::inline LAMINATE_ISA::training
