// SPDX-License-Identifier: MIT
#pragma once

// How passes look at a graph and change it. Needs a chain: each node reads the one before it.
// Promises that a graph that was right stays so: shapes, parameters and origins follow.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "graph.hpp"

namespace laminate::codegen {

// Whether passes know what a node does: a function, a dense layer, or a layer of which the
// reference says what is typical, of rows of one axis.
bool passes_know(const ir::node& n);

// Whether each node reads the one before it, and all are of kinds that passes know.
bool is_chain(const graph& network);

// Removes a node. What is left of its origin goes to `heir`, another node, unless there is none.
void erase(graph& network, std::size_t node, std::optional<std::size_t> heir = std::nullopt);

// Puts scale * x + shift between the input and the first layer.
void prepend_affine(graph& network, std::vector<double> scale, std::vector<double> shift);

// The dense layer that reads the units of dense layer `node`, with nothing but elementwise nodes
// between them, so that each unit can be taken out; none if there is something else.
std::optional<std::size_t> reader(const graph& network, std::size_t node);

// Takes the units out of dense layer `node`, of the elementwise nodes behind it and of dense layer
// `next`, its reader, that `keep` is false for; one has to stay. Returns whether every sum that is
// left has its terms in the same order as before, but for those of the units taken out.
bool keep_units(graph& network, std::size_t node, std::size_t next, const std::vector<bool>& keep);

// Element `unit` of numbers that belong to units, or are one for all; `otherwise` if there is none.
double of_unit(const std::vector<double>& numbers, std::size_t unit, double otherwise);

// An affine node, or a change of sign, which is one, and what it does to a unit.
struct line {
    double scale;
    double shift;
};
bool is_affine(const ir::node& n);
line line_of(const graph& network, std::size_t node, std::size_t unit);

// A dense layer's bias as numbers, zeros if it has none.
std::vector<double> bias_of(const graph& network, std::size_t node);
// Sets it, or leaves it out where there was none and all are zero.
void set_bias(graph& network, std::size_t node, std::vector<double> bias);

// The inputs of a dense layer.
std::size_t inputs_of(const graph& network, std::size_t node);

// Whether all numbers are finite as floats.
bool fits_float(const std::vector<double>& numbers);

} // namespace laminate::codegen
