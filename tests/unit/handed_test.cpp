// SPDX-License-Identifier: MIT
// Small layers that hand a single row on in registers, on every pack, as if it had enough
// registers: the bits of one lane and memory, and which layers do so.

#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/networks.hpp"
#include "support/packs.hpp"

#include <laminate/laminate.hpp>

#include <array>
#include <tuple>
#include <vector>

namespace {

namespace lam = laminate;
using lam::test::all_packs;

// Rows of weights of 1, 2, 4 and 8 floats.
struct to_one : lam::network<lam::input<9> | lam::dense<64> | lam::relu | lam::dense<1>> {};
struct to_two : lam::network<lam::input<9> | lam::dense<32> | lam::relu | lam::dense<2>> {};
struct to_three : lam::network<lam::input<9> | lam::dense<48> | lam::relu | lam::dense<3>> {};
struct to_eight : lam::network<lam::input<9> | lam::dense<16> | lam::relu | lam::dense<8>> {};

struct long_chain : lam::network<lam::input<16> | lam::repeat<7>(lam::dense<16> | lam::relu)> {};
struct broad : lam::network<lam::input<4> | lam::dense<80> | lam::dense<16> | lam::dense<144>> {};
struct large : lam::network<lam::input<64> | lam::repeat<3>(lam::dense<64> | lam::relu)> {};

using handing = std::tuple<lam::test::handed, to_one, to_two, to_three, to_eight, long_chain>;

template <class P>
struct many_registers : P {
    static constexpr std::size_t registers = 256 / P::lanes;
};

template <class P, class Network>
std::vector<float> one_row(const lam::model<Network>& model, const std::vector<float>& in) {
    using plan_type = lam::detail::static_plan<Network, lam::ir::fusion::on>;
    constexpr const auto& plan = plan_type::value;
    alignas(64) std::array<float, plan.scratch_bytes / sizeof(float)> scratch = {};
    std::vector<float> out(lam::model<Network>::outputs);
    lam::detail::run_tile<P, plan_type, 1>(model.packed().data(), {{in.data()}, {out.data()}},
                                           scratch.data(), 1);
    return out;
}

template <class Network>
std::vector<bool> steps_that_hand_on() {
    std::vector<bool> all;
    for (const lam::ir::step& s : lam::plan(Network{}).view().sequence)
        all.push_back(s.hands_on);
    return all;
}

} // namespace

TEMPLATE_LIST_TEST_CASE("handed rows: the bits of memory", "[dense]", handing) {
    lam::model<TestType> model;
    lam::test::randomize(model, 7);
    const std::vector<float> in = lam::test::random_rows<TestType>(1, 8);
    const std::vector<float> expected = one_row<lam::pack::scalar>(model, in);
    lam::test::for_each_pack([&](auto pack) {
        using P = many_registers<decltype(pack)>;
        INFO(P::lanes << " lanes");
        CHECK(lam::test::same_bits(one_row<P>(model, in), expected));
    });
}

TEST_CASE("handed rows: between small layers of a network that the L1 cache holds", "[plan]") {
    using bools = std::vector<bool>;
    CHECK(steps_that_hand_on<lam::test::handed>() == bools{true, true, true, true, false, false});
    CHECK(steps_that_hand_on<to_one>() == bools{true, false});
    // softmax reads memory
    CHECK(steps_that_hand_on<lam::test::trigger>() == bools{true, true, true, false, false});
    // 33 floats aren't whole lines
    CHECK(steps_that_hand_on<lam::test::policy>() == bools{false, false, false});
    CHECK(steps_that_hand_on<long_chain>() == bools{true, true, true, true, false, true, false});
    CHECK(steps_that_hand_on<broad>() == bools{false, false, false});
    CHECK(steps_that_hand_on<large>() == bools{false, false, false});
}
