// SPDX-License-Identifier: MIT
// The dense kernel of a single row on every pack, at every width from 1 to two registers and one,
// and with inputs of zero, whose weights it leaves out.

#include "support/dense.hpp"

#include "support/catch.hpp"
#include "support/packs.hpp"

#include <initializer_list>
#include <utility>

namespace {

namespace lam = laminate;
using namespace lam::test;

} // namespace

TEMPLATE_LIST_TEST_CASE("dense: one row", "[dense]", lam::test::all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) {
        (check_row<TestType, I + 1, sizeof...(I) - I>(), ...);
    }
    (std::make_index_sequence<2 * TestType::lanes + 1>{});
    check_row<TestType, 33, 7>();
    check_row<TestType, 9, 50>();
    check_row<TestType, 3, 136>();
    check_row<TestType, 70, 129, true>();
    check_row<TestType, 70, 40, true>();
}

// The kernel that leaves out the weights of zero inputs gives the bits of those that don't: with no
// zeros, with a half, nine tenths and all of them, in two chains and in one.
TEMPLATE_LIST_TEST_CASE("dense: zeros are skipped", "[dense]", lam::test::all_packs) {
    const auto check = []<std::size_t Inputs, std::size_t Outputs, bool Far>() {
        constexpr std::size_t chains = lam::ir::chains(Inputs, Outputs);
        static_assert(chains <= 2, "more chains don't skip");
        using shape = lam::kernel::dense_shape<Inputs, Outputs, lam::ir::panels(Outputs), chains,
                                               true, true, Far>;
        problem p = make_problem(Inputs, Outputs, chains);
        p.bias[0] = -0.0f;
        for (std::size_t i = 0; i < Inputs; ++i)
            p.weights[i] = -p.weights[i] * 0x1p-120f; // products that vanish, as -0
        const packed parameters(p, shape::panels);
        using zeros = std::initializer_list<std::size_t>;
        for (const zeros& steps : {zeros{}, zeros{5}, zeros{2, 3}, zeros{2, 3, 5, 7}, zeros{1}}) {
            CHECK(wrong_outputs<TestType, shape, 1>(p, parameters, 1, steps) == 0);
            CHECK(wrong_outputs<TestType, shape, 24>(p, parameters, 7, steps) == 0);
        }
    };
    check.template operator()<67, 50, false>();
    check.template operator()<40, 130, true>();
    check.template operator()<3, 65, false>();
}
