// SPDX-License-Identifier: MIT
// Networks with several inputs and outputs: what a call takes and returns, and that every way of
// calling gives the same bits as the interpreter and is near the reference.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/networks.hpp"
#include "support/packs.hpp"

#include <laminate/codegen/from_model.hpp>
#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/planned.hpp>
#include <laminate/codegen/graph/reference.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

namespace lam = laminate;
namespace ir = laminate::ir;
namespace test = laminate::test;
namespace codegen = laminate::codegen;
using lam::dense, lam::input, lam::relu;

namespace {

struct actor_critic
    : lam::network<lam::input<24> | dense<33> | lam::elu |
                   lam::outputs(dense<20> | relu | dense<6> | lam::tanh, dense<1>)> {};
struct fused_sensors
    : lam::network<lam::concat(lam::input<17> | dense<20> | relu, lam::input<5>, lam::input<3>) |
                   dense<9> | lam::softmax> {};
// Inputs, and one value twice, as outputs; an output that is read again; parts of one.
struct passed_on
    : lam::network<lam::add(lam::input<7>, lam::input<7> | lam::as<"second">) | relu |
                   lam::as<"sum"> | dense<19> | lam::as<"wide"> |
                   lam::outputs(dense<4> | lam::gelu, lam::from<"sum">, lam::from<"sum">,
                                lam::from<"second">, lam::slice<3, 5>, lam::linear,
                                lam::from<"wide"> | dense<2>)> {};

// Towers that share their parameters, one of them ended by a maxout, which has its units ordered
// elsewhere; a block within a block; a layer that hands its row on to itself.
template <class Layers>
constexpr auto tower(Layers last) {
    return lam::shared<"tower">(dense<24> | lam::prelu | lam::shared<"inner">(dense<24>)) | last;
}
struct two_towers : lam::network<lam::concat(lam::input<13> | tower(lam::maxout<2>),
                                             lam::input<13> | tower(lam::layer_norm)) |
                                 dense<24> | lam::shared<"inner">(dense<24>) | relu | dense<16> |
                                 lam::shared<"same">(dense<16>) | lam::shared<"same">(dense<16>)> {
};
static_assert(lam::plan(two_towers{}).parameters == 13 * 24 + 24 + 24 + 24 * 24 + 24 + 2 * 24 +
                                                        36 * 24 + 24 + 24 * 16 + 2 * 16 + 16 * 16);

template <class Network>
using type = lam::model<Network>;

// Rows of all inputs, as the interpreter takes them, one input after the other, as batch() does.
template <class Network>
std::vector<std::vector<float>> apart(const std::vector<float>& rows,
                                      std::span<const ir::port> ports, std::size_t width) {
    std::vector<std::vector<float>> all;
    for (const ir::port& p : ports) {
        all.emplace_back();
        for (std::size_t at = p.begin; at < rows.size(); at += width)
            all.back().insert(all.back().end(), rows.begin() + static_cast<std::ptrdiff_t>(at),
                              rows.begin() + static_cast<std::ptrdiff_t>(at + p.units));
    }
    return all;
}

template <class Network, class Call>
void with_pointers(const std::vector<std::vector<float>>& in, std::deque<test::guarded_buffer>& out,
                   const Call& call) {
    constexpr const auto& plan = lam::detail::plan_of<Network, ir::fusion::on>;
    lam::detail::callers_rows<lam::detail::static_plan<Network, ir::fusion::on>> rows = {};
    for (std::size_t k = 0; k < plan.in.size(); ++k)
        rows.in[k] = in[k].data();
    for (std::size_t k = 0; k < plan.out.size(); ++k)
        rows.out[k] = out[k].data();
    call(rows);
}

template <class Network>
void same_everywhere(std::uint64_t seed) {
    constexpr const auto& plan = lam::detail::plan_of<Network, ir::fusion::on>;
    using plan_type = lam::detail::static_plan<Network, ir::fusion::on>;
    const auto model = test::random_model<Network>(seed);
    const codegen::graph g = codegen::graph_of(model);
    constexpr std::size_t rows = 13;
    const std::vector<float> all = test::random_rows<Network>(rows, seed);
    const std::vector<float> expected = codegen::evaluate(codegen::plan_graph(g).value(), all);
    CHECK(test::same_bits(codegen::evaluate(codegen::plan_graph(g, ir::fusion::off).value(), all),
                          expected));
    const auto in = apart<Network>(all, plan.in.span(), plan.inputs());
    const auto results = apart<Network>(expected, plan.out.span(), plan.outputs());
    for (std::size_t r = 0; r < rows; ++r) {
        const auto row = std::span(all).subspan(r * plan.inputs(), plan.inputs());
        const auto exact = codegen::reference::outputs<codegen::reference::row>(
            g.nodes, codegen::reference::interpret(g.nodes, g.parameters, row));
        for (std::size_t o = 0; o < exact.size(); ++o)
            CHECK(std::abs(static_cast<double>(expected[r * plan.outputs() + o]) -
                           exact[o].value) <= exact[o].bound);
    }
    test::for_each_pack([&](auto pack) {
        const test::guarded_buffer scratch(5 * plan.scratch_bytes / sizeof(float));
        std::deque<test::guarded_buffer> out;
        for (const ir::port& p : plan.out)
            out.emplace_back(rows * p.units);
        with_pointers<Network>(in, out, [&](auto callers) {
            lam::detail::run_rows<decltype(pack), plan_type>(model.packed().data(), callers,
                                                             scratch.data(), rows, 5);
        });
        CHECK(scratch.intact());
        for (std::size_t k = 0; k < out.size(); ++k) {
            CHECK(out[k].intact());
            CHECK(test::same_bits(out[k].span(), results[k]));
        }
    });
}

} // namespace

TEST_CASE("ports: the bits of the interpreter on every pack, near the reference", "[ports]") {
    same_everywhere<actor_critic>(1);
    same_everywhere<fused_sensors>(2);
    same_everywhere<passed_on>(3);
    same_everywhere<two_towers>(4);
}

TEST_CASE("ports: all places of a shared layer have its units in one order", "[ports]") {
    const auto model = test::random_model<two_towers>(4);
    CHECK(&model.layer<2>().weights(5, 3) == &model.layer<7>().weights(5, 3)); // before a maxout
    CHECK(&model.layer<2>().bias[5] == &model.layer<11>().bias[5]);
}

TEST_CASE("ports: a call returns an array, or a tuple of them", "[ports]") {
    const auto two = test::random_model<actor_critic>(4);
    const std::vector<float> x = test::random_rows<actor_critic>(1, 5);
    const auto row = std::span(x).first<24>();
    const auto [action, value] = two(row);
    static_assert(
        std::is_same_v<decltype(two(row)), std::tuple<std::array<float, 6>, std::array<float, 1>>>,
        "of several outputs");
    std::array<float, 6> same_action = {};
    std::array<float, 1> same_value = {};
    two(row, same_action, same_value);
    CHECK(test::same_bits(action, same_action));
    CHECK(test::same_bits(value, same_value));

    const auto three = test::random_model<fused_sensors>(6);
    static_assert(std::is_same_v<decltype(three)::row_out, std::array<float, 9>>, "of one output");
    const std::array<float, 17> a = {1.0f, 2.0f};
    const std::array<float, 5> b = {3.0f};
    const std::array<float, 3> c = {4.0f};
    std::array<float, 9> y = {};
    three(a, b, c, y);
    CHECK(test::same_bits(three(a, b, c), y));
}

TEST_CASE("ports: batches of each input and output, with the caller's memory too", "[ports]") {
    const auto model = test::random_model<fused_sensors>(7);
    constexpr std::size_t rows = 40;
    const std::vector<float> all = test::random_rows<fused_sensors>(rows, 8);
    const auto in = apart<fused_sensors>(all, lam::plan(fused_sensors{}).in.span(), model.inputs);
    std::vector<float> out(rows * 9);
    model.batch(in[0], in[1], in[2], out);
    for (std::size_t r = 0; r < rows; ++r)
        CHECK(test::same_bits(model(std::span(in[0]).subspan(r * 17).first<17>(),
                                    std::span(in[1]).subspan(r * 5).first<5>(),
                                    std::span(in[2]).subspan(r * 3).first<3>()),
                              std::span(out).subspan(r * 9, 9)));
    std::vector<float> workspace(3 * model.workspace_floats);
    std::vector<std::array<float, 9>> again(rows);
    model.batch(in[0], in[1], in[2], again, workspace);
    CHECK(test::same_bits(std::span(again[0].data(), rows * 9), out));
}

TEST_CASE("ports: in constant expressions", "[ports]") {
    constexpr auto value = [] {
        lam::static_model<actor_critic> model;
        model.layer<0>().bias[0] = 1.0f;
        model.layer<6>().weights(0, 0) = 2.0f;
        return std::get<1>(model(std::array<float, 24>{}))[0];
    }();
    CHECK(value == 2.0f);
}
