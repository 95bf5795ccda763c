// SPDX-License-Identifier: MIT
#pragma once

// Every pack that the machine's flags allow, for typed tests. Needs xsimd.
// Promises that what isn't listed isn't tested.

#include <laminate/pack/portable.hpp>
#include <laminate/pack/scalar.hpp>
#include <laminate/pack/xsimd.hpp>

#include <tuple>

namespace laminate::test {

using all_packs = std::tuple<pack::scalar,
#if LAMINATE_NATIVE_LANES >= 4
                             pack::portable_lanes<4>,
#endif
#if LAMINATE_NATIVE_LANES >= 8
                             pack::portable_lanes<8>,
#endif
#if LAMINATE_NATIVE_LANES >= 16
                             pack::portable_lanes<16>,
#endif
                             pack::xsimd>;

// Calls f(pack) for each.
template <class Function>
constexpr void for_each_pack(const Function& f) {
    std::apply([&f](auto... packs) { (f(packs), ...); }, all_packs{});
}

} // namespace laminate::test
