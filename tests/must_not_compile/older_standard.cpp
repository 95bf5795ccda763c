// SPDX-License-Identifier: MIT
// A program compiled as C++17: one error, not hundreds.
// flags: -std=c++17
// expect: Laminate's headers need C++20 - compile with -std=c++20
#ifdef GOOD
static_assert(__cplusplus >= 202002L);
#endif
#include <laminate/laminate.hpp>

constexpr auto network = laminate::input<4> | laminate::dense<2>;
