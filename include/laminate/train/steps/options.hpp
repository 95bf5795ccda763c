// SPDX-License-Identifier: MIT
#pragma once

// What a training run is told beside the network, the loss and the optimiser. Needs nothing.
// Promises that 0 turns an option off. What is negative, NaN or unknown, the trainer
// refuses.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA {

struct train_options {
    std::uint64_t seed = 1;  // of dropout's masks
    std::size_t threads = 1; // 0: as many as the machine runs at once; changes no bit

    // Penalties on weights, in each step's gradient but in no loss that is reported. Biases and
    // slopes have none.
    float l1 = 0.0f; // gradient + l1 * sign(w)
    float l2 = 0.0f; // gradient + l2 * w

    // The weights that reach a unit are scaled back to this norm where theirs is larger, after
    // each step (Srivastava et al., 2014).
    float max_norm = 0.0f;

    // The whole gradient is scaled back to this norm where its own is larger; then each of its
    // numbers is brought into [-clip_value, clip_value].
    float clip_norm = 0.0f;
    float clip_value = 0.0f;

    // Layers whose parameters stay as they are: no optimiser, decay or limit of norms changes them.
    // By the names that files have for them (a number unless name<...> gives one), or what stands
    // before a dot in these: "backbone" is all of "backbone.0" and "backbone.fc1". What gradients
    // only they need isn't computed; all else has the bits that it has without, but for clip_norm:
    // their gradients count no more.
    std::vector<std::string> frozen = {};
};

} // namespace laminate::inline LAMINATE_ISA
