// SPDX-License-Identifier: MIT

// An ACAS Xu network, 13 000 multiply-adds, runs in a constant expression within the compilers'
// default limits and gives the bits of run time. Needs acas_constants.hpp, which convert.py writes.

#include <algorithm>
#include <array>
#include <bit>
#include <boost/hana/for_each.hpp>
#include <cstddef>
#include <cstdint>

#include "acas_constants.hpp"
#include "networks.hpp"
#include "support/catch.hpp"

namespace {

using acas = laminate::static_model<corpus::acasxu>;

constexpr acas with_constants() {
    acas model;
    const float* next = acas_constants::parameters;
    const auto set = [&](auto layer) {
        if constexpr (requires { layer.weights; }) {
            for (std::size_t o = 0; o < layer.weights.outputs(); ++o)
                for (std::size_t i = 0; i < layer.weights.inputs(); ++i)
                    layer.weights(o, i) = *next++;
            for (std::size_t o = 0; o < layer.bias.size(); ++o)
                layer.bias[o] = *next++;
        }
    };
    boost::hana::for_each(model.layers(), set);
    return model;
}

constexpr acas model = with_constants();
constexpr std::array<float, 5> advice = model(acas_constants::input);
static_assert(laminate::argmax(advice) == acas_constants::largest_output,
              "the network, evaluated by the compiler, gives other advice than in the corpus");

std::array<std::uint32_t, 5> bits(const std::array<float, 5>& row) {
    std::array<std::uint32_t, 5> result;
    std::transform(row.begin(), row.end(), result.begin(),
                   [](float x) { return std::bit_cast<std::uint32_t>(x); });
    return result;
}

} // namespace

TEST_CASE("an ACAS Xu network in a constant expression") {
    std::array<float, 5> input = {};
    std::copy_n(acas_constants::input, input.size(), input.begin());
    CHECK(bits(model(input)) == bits(advice));
}
