// SPDX-License-Identifier: MIT
// Gradients of whole networks against the chain rule in double, and that against finite
// differences.

#include "support/training.hpp"

namespace lam = laminate;

namespace {

// Together every layer and every way of fusing on the way back.
struct classifier : lam::network<lam::input<19> | lam::dense<40> | lam::relu | lam::dense<17> |
                                 lam::relu | lam::dense<5> | lam::softmax> {};
struct smooth : lam::network<lam::input<6> | lam::dense<33> | lam::tanh | lam::dense<4> |
                             lam::sigmoid | lam::dense<3> | lam::tanh> {};
struct wide : lam::network<lam::input<21> | lam::dense<150> | lam::elu(lam::alpha<0.7f>) |
                           lam::dense<136> | lam::leaky_relu | lam::dense<1>> {};
struct slopes : lam::network<lam::input<10> | lam::prelu | lam::dense<21> | lam::prelu |
                             lam::dense<40> | lam::prelu(lam::shared) | lam::dense<2>> {};
struct maxouts : lam::network<lam::input<12> | lam::dense<30> | lam::maxout<3> | lam::dense<20> |
                              lam::elu | lam::maxout<5> | lam::dense<2>> {};
struct maxout_later : lam::network<lam::input<12> | lam::dense<24>(lam::no_bias) | lam::softmax |
                                   lam::maxout<4> | lam::dense<9> | lam::relu | lam::maxout<3>> {};
struct piecewise : lam::network<lam::input<9> | lam::dense<17> | lam::relu6 | lam::dense<8> |
                                lam::relu(lam::max_value<3.0f>, lam::negative_slope<0.25f>,
                                          lam::threshold<0.5f>) |
                                lam::dense<17> | lam::relu | lam::tanh | lam::sigmoid> {};
struct identities : lam::network<lam::input<6> | lam::linear | lam::dropout<0.0f> | lam::dense<8> |
                                 lam::relu | lam::linear | lam::dense<3> | lam::linear> {};

struct affines
    : lam::network<lam::input<11> | lam::affine | lam::dense<18> | lam::affine | lam::maxout<3> |
                   lam::affine | lam::dense<21> | lam::leaky_relu | lam::affine> {};
struct smoother : lam::network<lam::input<9> | lam::dense<17> | lam::gelu | lam::dense<17> |
                               lam::silu | lam::dense<18> | lam::mish | lam::dense<17> |
                               lam::gelu(lam::tanh_approximation) | lam::dense<19> |
                               lam::swish(lam::alpha<1.702f>) | lam::dense<5> | lam::softplus |
                               lam::softsign | lam::erf> {};
struct pieces : lam::network<lam::input<9> | lam::dense<17> | lam::selu | lam::dense<17> |
                             lam::celu(lam::alpha<0.5f>) | lam::hard_swish | lam::dense<20> |
                             lam::hard_sigmoid | lam::dense<9> |
                             lam::clip(lam::min_value<-0.5f>, lam::max_value<0.75f>)> {};
struct jumps
    : lam::network<lam::input<22> | lam::dense<23> | lam::thresholded_relu(lam::alpha<0.25f>) |
                   lam::dense<9> | lam::shrink(lam::lambd<0.25f>, lam::bias<0.125f>) | lam::neg> {};
// Functions that aren't finite at the zeros of the padding.
struct arithmetic : lam::network<lam::input<21> | lam::dense<19> | lam::square | lam::softplus |
                                 lam::log | lam::exp | lam::reciprocal | lam::sqrt | lam::neg |
                                 lam::abs | lam::dense<3> | lam::softplus | lam::log> {};
// Within the domains, and away from their ends.
struct waves
    : lam::network<
          lam::input<21> | lam::dense<12> | lam::sin | lam::dense<9> | lam::cos | lam::softsign |
          lam::asin | lam::dense<8> | lam::softsign | lam::acos | lam::dense<7> | lam::atan |
          lam::tan | lam::softsign | lam::atanh | lam::dense<6> | lam::asinh | lam::sinh |
          lam::softsign | lam::cosh | lam::dense<6> | lam::sigmoid | lam::reciprocal | lam::acosh |
          lam::concat(lam::linear, lam::floor, lam::ceil, lam::round, lam::sign) | lam::dense<4>> {
};
struct grouped
    : lam::network<lam::input<6> | lam::dense<21> | lam::tanh | lam::softmax(lam::groups<3>) |
                   lam::dense<20> | lam::gelu | lam::log_softmax(lam::groups<4>) | lam::dense<36> |
                   lam::log_softmax | lam::dense<40> | lam::softmax(lam::groups<2>)> {};

using all = std::tuple<classifier, smooth, wide, slopes, maxouts, maxout_later, piecewise,
                       identities, affines, smoother, pieces, jumps, arithmetic, waves, grouped>;

} // namespace

TEMPLATE_LIST_TEST_CASE("gradients: as the chain rule has them in double", "[train]", all) {
    // One row, fewer and more than a tile, and more than are taken together.
    lam::test::check_gradients<TestType>({1, 3, 7, 70}, 2e-5);
}

TEMPLATE_LIST_TEST_CASE("gradients: the reference agrees with finite differences", "[train]", all) {
    lam::test::check_reference<TestType>(2);
}

TEST_CASE("gradients: a truth that is NaN or infinite is no agreement", "[train]") {
    auto model = lam::test::random_model<smooth>(7);
    lam::trainer trainer(model, lam::mean_squared_error{}, lam::test::standstill);
    const std::vector<float> in = lam::test::random_rows<smooth>(2, 9);
    const std::vector<float> targets(6);
    REQUIRE(trainer.step(in, targets).finite);
    const auto nodes = lam::plan(smooth{}).nodes;
    const auto parameters = lam::codegen::parameters_of(model);
    const auto exact = lam::test::by_number(targets, {2, {}, 3.0}, lam::test::exact_squared);
    const auto truth = lam::test::back_propagate(nodes, parameters, in, exact);
    REQUIRE(lam::test::worst_difference(trainer.gradients(), truth) < 2e-5);
    for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()})
        for (const std::size_t at : {std::size_t{0}, truth.by[3].weights().size() - 1}) {
            auto wrong = truth;
            wrong.by[3].weights()[at] = bad;
            CHECK(!(lam::test::worst_difference(trainer.gradients(), wrong) < 1e29));
        }

    // The other test's truth is a gradient, too: a loss whose slope is NaN at one number.
    const auto bad_slope =
        lam::test::by_number(targets, {2, {}, 3.0}, [](double y, double t, std::size_t i) {
            lam::test::value_and_slope l = lam::test::exact_squared(y, t);
            if (i == 1) l.slope = std::nan("");
            return l;
        });
    CHECK(lam::test::worst_of_differences(nodes, parameters, in, exact) < 1e-4);
    CHECK(!(lam::test::worst_of_differences(nodes, parameters, in, bad_slope) < 1e29));
}
