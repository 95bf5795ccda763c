// SPDX-License-Identifier: MIT
#pragma once

// A network small enough to check by hand. Needs Laminate. Promises that tiny.safetensors fits it.

#include <laminate/laminate.hpp>

namespace consumer {

inline constexpr auto tiny =
    laminate::input<3> | laminate::dense<4> | laminate::relu | laminate::dense<2>;

} // namespace consumer
