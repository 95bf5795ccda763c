// SPDX-License-Identifier: MIT
// The type of a constant, or of a reference to one, wherever a network's type is asked for.
#include <laminate/codegen/save_onnx.hpp>
#include <laminate/codegen/write_cpp.hpp>
#include <laminate/laminate.hpp>
#include <laminate/model/parallel.hpp>
#include <laminate/train/train.hpp>

#include <array>
#include <tuple>
#include <type_traits>
#include <vector>

namespace lam = laminate;

namespace {

constexpr auto stacked = lam::input<4> | lam::dense<8> | lam::relu | lam::dense<2>;
struct named : lam::network<stacked> {};
constexpr named by_name;
constexpr const auto& reference = stacked;

using constant = decltype(stacked);
using plain = std::remove_const_t<constant>;

static_assert(!std::is_same_v<constant, plain>);
static_assert(std::is_same_v<lam::model<constant>, lam::model<plain>>);
static_assert(std::is_same_v<lam::static_model<constant>, lam::static_model<plain>>);
static_assert(std::is_same_v<lam::model<decltype(by_name)>, lam::model<named>>);
static_assert(std::is_same_v<lam::model<constant>::network, plain>);
static_assert(&lam::plan<constant>(stacked) == &lam::plan(stacked));
static_assert(&lam::plan<decltype(reference)>(reference) == &lam::plan(stacked));

#if __cpp_deduction_guides >= 201907L // of aliases
static_assert(std::is_same_v<decltype(lam::model(stacked)), lam::model<constant>>);
static_assert(std::is_same_v<decltype(lam::static_model(stacked)), lam::static_model<constant>>);
#endif

// Deduced through the alias.
template <class Network>
void by_alias(const lam::model<Network>&) {}

// What takes the type of a network or a model of one.
template <class Network>
void all_of(const Network& network) {
    using declared = decltype(network); // a reference to a constant
    lam::model<declared> model = lam::load(network, "weights.safetensors");
    lam::static_model<declared> inside;
    lam::initialise(model, 1);
    by_alias(model);
    std::vector<float> rows(8), out(4);
    out[0] = model(std::array<float, 4>{})[0] + lam::unfused(model)(std::array<float, 4>{})[0];
    inside.batch(rows, out);
    lam::threads threads(2);
    lam::parallel_batch(model, rows, out, threads);
    std::ignore = model.layers();

    std::ignore = lam::initialised<declared>(network, 1) == lam::load<declared>(network, "weights");
    std::ignore = lam::describe<declared>(network) + lam::draw<declared>(network);
    std::ignore = lam::layer_text<declared>(0) + lam::divergence_text<declared>({});
    lam::layer_values<declared> values(2);
    values.run(model, rows);
    std::ignore = lam::report(lam::activity(model, rows));

    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::adamw{});
    trainer.step(rows, std::vector<int>{0, 1});
    lam::save(model, "weights.safetensors");
    lam::save(lam::fold_into(model, lam::normaliser{}).value(), lam::normaliser{}, "weights");
    lam::write_cpp(model, "network");
    lam::save_onnx(model, "network.onnx");
}

} // namespace

int main() {
    lam::model<constant> model;
    model = lam::initialised(stacked, 1);
    lam::model<plain>& same = model;
    by_alias(same);
    all_of(stacked);
    all_of(by_name);
}
