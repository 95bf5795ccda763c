// SPDX-License-Identifier: MIT
#pragma once

// All passes. Each changes a chain, adds a sentence to its report for each thing it did, and says
// there whether results keep their values. A pass that fires leaves fewer nodes or fewer units, so
// that repeating them comes to an end.

#include "../optimise.hpp"

namespace laminate::codegen {

using pass = void (*)(graph& network, const optimise_options& options, pass_report& report);

void drop_identities(graph& network, const optimise_options& options, pass_report& report);
void merge_affine(graph& network, const optimise_options& options, pass_report& report);
void fold_affine(graph& network, const optimise_options& options, pass_report& report);
void merge_dense(graph& network, const optimise_options& options, pass_report& report);
void linearise(graph& network, const optimise_options& options, pass_report& report);
void remove_constant_units(graph& network, const optimise_options& options, pass_report& report);
void remove_unread_units(graph& network, const optimise_options& options, pass_report& report);
void merge_equal_units(graph& network, const optimise_options& options, pass_report& report);

} // namespace laminate::codegen
