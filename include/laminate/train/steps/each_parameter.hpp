// SPDX-License-Identifier: MIT
#pragma once

// All numbers of a layer's parameters, whatever it has, by one call. Needs views of them. Promises
// each number once, without padding.

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>
#include <cmath>
#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

// Calls f(number) for those of a layer's views: weights output by output, then the others.
template <class Parameters, class Function>
void each_parameter(const Parameters& p, const Function& f) {
    p.each([&f](const auto& tensor) { tensor.each(f); });
}

// Whether all numbers of all layers, as model.layers() has them, are finite.
template <class Layers>
bool all_finite(const Layers& layers) {
    bool finite = true;
    boost::hana::for_each(layers, [&finite](const auto& parameters) {
        each_parameter(parameters, [&finite](float x) { finite = finite && std::isfinite(x); });
    });
    return finite;
}

template <class Parameters>
double norm_of(const Parameters& p) {
    double squares = 0.0;
    each_parameter(p, [&squares](float x) {
        squares += static_cast<double>(x) * static_cast<double>(x); // exact products
    });
    return std::sqrt(squares);
}

} // namespace laminate::inline LAMINATE_ISA::detail
