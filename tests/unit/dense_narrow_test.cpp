// SPDX-License-Identifier: MIT
// The dense kernel of up to eight outputs on every pack.

#include "support/dense.hpp"

#include "support/catch.hpp"
#include "support/packs.hpp"

#include <utility>

using namespace laminate::test;

// Up to eight outputs, whose weights share lines: 1 to 4 lines in flight, inputs that end anywhere.
TEMPLATE_LIST_TEST_CASE("dense: narrow", "[dense]", lam::test::all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) {
        (check_row<TestType, 5 * I + 3, I + 1>(), ...);
        (check_shape<TestType, 37 - I, I + 1, false>(), ...);
        (check_shape<TestType, 16 * (I + 1), I + 1>(), ...);
    }
    (std::make_index_sequence<8>{});
    check_row<TestType, 129, 1>();
    check_row<TestType, 100, 2>();
}
