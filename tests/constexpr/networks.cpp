// SPDX-License-Identifier: MIT
// Networks in constant expressions, within the default limits of the compilers: what static_assert
// says of them is a unit test of a network, and at run time they give the same bits.

#include "support/networks.hpp"
#include "support/compare.hpp"
#include "support/random.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>

#include <array>
#include <cstdio>
#include <utility>

namespace lam = laminate;

namespace {

// Exclusive or, by hand: one unit counts, the other says when both are set.
struct exclusive : lam::network<lam::input<2> | lam::dense<2> | lam::relu | lam::dense<2>> {};

constexpr auto exclusive_or = [] {
    lam::static_model<exclusive> model;
    auto hidden = model.layer<0>();
    for (std::size_t o = 0; o < 2; ++o)
        for (std::size_t i = 0; i < 2; ++i)
            hidden.weights(o, i) = 1.0f;
    hidden.bias[1] = -1.0f;
    auto classes = model.layer<2>();
    classes.weights(1, 0) = 1.0f;
    classes.weights(1, 1) = -2.0f;
    classes.bias[0] = 0.5f;
    return model;
}();

static_assert(lam::argmax(exclusive_or(std::array{0.0f, 0.0f})) == 0, "0 xor 0 is 0");
static_assert(lam::argmax(exclusive_or(std::array{0.0f, 1.0f})) == 1, "0 xor 1 is 1");
static_assert(lam::argmax(exclusive_or(std::array{1.0f, 0.0f})) == 1, "1 xor 0 is 1");
static_assert(lam::argmax(exclusive_or(std::array{1.0f, 1.0f})) == 0, "1 xor 1 is 0");

template <class Network>
constexpr lam::static_model<Network> random_static_model() {
    lam::static_model<Network> model;
    lam::test::randomize(model, 1);
    return model;
}

template <class Network>
constexpr auto row_of() {
    std::array<float, lam::plan(Network{}).inputs()> row = {};
    lam::test::fill(row, 2, 4.0f);
    return row;
}

// As large as the networks of ACAS Xu (Katz et al., 2017): 13 000 multiply-adds.
struct acas_xu
    : lam::network<lam::input<5> | lam::repeat<6>(lam::dense<50> | lam::relu) | lam::dense<5>> {};
constexpr auto acas = random_static_model<acas_xu>();
constexpr auto acas_in = row_of<acas_xu>();
constexpr auto acas_out = acas(acas_in);
static_assert(lam::plan(acas_xu{}).multiply_adds == 13'000, "5 * 50 + 5 * 50 * 50 + 50 * 5");
static_assert(lam::argmax(acas_out) < 5, "an advisory");

// Rows of two axes: steps, and their features.
struct sequence
    : lam::network<lam::input<3, 4> | lam::residual(lam::self_attention<2>) | lam::transpose<1, 0> |
                   lam::pad<1, 0> | lam::flatten | lam::dense<2>> {};

struct map : lam::network<lam::input<4, 5, 2> | lam::conv2d<3, 3>(lam::same) | lam::relu |
                          lam::max_pool2d<2> | lam::depthwise_conv2d<2>(lam::stride<1>) |
                          lam::conv2d<2, 1> | lam::global_average_pool> {};

// Every row of a batch, in a constant expression too.
template <class Network>
constexpr auto rows_of() {
    std::array<float, 3 * lam::plan(Network{}).inputs()> rows = {};
    lam::test::fill(rows, 3, 4.0f);
    return rows;
}
template <class Network>
constexpr auto batch_of(const lam::static_model<Network>& model) {
    std::array<float, 3 * lam::plan(Network{}).outputs()> out = {};
    model.batch(rows_of<Network>(), out);
    return out;
}

// `value` as the optimiser can't know it, so that the call happens at run time.
template <class T>
T at_run_time(const T& value) {
    const volatile bool zero = false;
    T copy = value;
    if (zero) copy = T{};
    return copy;
}

// Whether the constant result has the bits that the same model gives at run time.
template <class Network>
bool same(Network) {
    constexpr auto model = random_static_model<Network>();
    constexpr auto in = row_of<Network>();
    constexpr auto expected = model(in);
    constexpr auto expected_rows = batch_of<Network>(model);
    const lam::static_model<Network> there = at_run_time(model);
    const auto out = there(at_run_time(in));
    std::array<float, expected_rows.size()> rows = {};
    there.batch(at_run_time(rows_of<Network>()), rows);
    if (lam::test::same_bits(out, expected) && lam::test::same_bits(rows, expected_rows))
        return true;
    std::printf("A network of %zu inputs gives other bits at run time\n", in.size());
    return false;
}

} // namespace

int main() {
    namespace test = lam::test;
    // Together: dense, softmax, tanh, sigmoid, relu and its options, leaky_relu, prelu, elu, maxout
    // in both layouts, identities, attention, windows.
    int different = 0;
    const auto check = [&different](auto... networks) {
        ((different += same(networks) ? 0 : 1), ...);
    };
    check(test::one_by_one{}, test::narrow{}, test::maxouts{}, test::maxout_first{}, test::slopes{},
          test::piecewise{}, test::softmaxes{}, test::identities{}, test::only_function{},
          test::only_identities{}, test::affines{}, test::smooth{}, test::pieces{},
          test::arithmetic{}, test::grouped{}, exclusive{}, sequence{}, map{});
    const auto out = at_run_time(acas)(at_run_time(acas_in));
    if (!test::same_bits(out, acas_out)) {
        std::puts("The network of ACAS Xu's size gives other bits at run time");
        ++different;
    }
    return different == 0 ? 0 : 1;
}
