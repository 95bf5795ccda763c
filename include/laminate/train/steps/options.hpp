// SPDX-License-Identifier: MIT
#pragma once

// What a training run is told beside the network, the loss and the optimiser. Needs nothing.
// Promises that 0 turns an option off. What is negative or NaN, the trainer refuses.

#include <cstddef>
#include <cstdint>

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
};

} // namespace laminate::inline LAMINATE_ISA
