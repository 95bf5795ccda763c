// SPDX-License-Identifier: MIT
#pragma once

// Pseudo-random floats for tests: the same ones on every machine, in constant expressions too.
// Needs the library's own source of them. Promises nothing beyond what that does.

#include <laminate/base/random.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace laminate::test {

class random : public random_source {
public:
    using random_source::random_source;

    constexpr std::size_t below(std::size_t end) {
        return static_cast<std::size_t>(next() >> 33) % end;
    }
    // Any float: NaNs, infinities and denormals as often as their bits.
    constexpr float any() { return std::bit_cast<float>(static_cast<std::uint32_t>(next() >> 32)); }
};

constexpr void fill(std::span<float> floats, std::uint64_t seed, float bound = 1.0f) {
    random r(seed);
    for (float& f : floats)
        f = r.uniform(bound);
}

} // namespace laminate::test
