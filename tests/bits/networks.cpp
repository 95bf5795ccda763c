// SPDX-License-Identifier: MIT
// One hash of the bits of all outputs of several networks, on every pack that the flags allow; the
// build and CI make this program with many flags, instruction sets and compilers, and all must
// print the same (cmake/LaminateTesting.cmake).
//
// Two versions of Laminate should give the same bits too: whoever changes them on purpose writes
// the new hash below, and says so in CHANGELOG.md.

#include "support/packs.hpp"
#include "support/random.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>

#include <algorithm>
#include <bit>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

namespace lam = laminate;

namespace {

constexpr std::uint64_t expected = 0x29413654af44dcce;

// Together every kernel and layout, in as few instances as can be: this is compiled often.
struct classifier
    : lam::network<lam::input<19> | lam::dense<24> | lam::relu | lam::dense<5> | lam::softmax> {};
struct two_panels : lam::network<lam::input<70> | lam::dense<136> | lam::leaky_relu> {};
struct maxouts
    : lam::network<lam::input<12> | lam::maxout<3> | lam::dense<20> | lam::elu | lam::maxout<5>> {};
struct piecewise : lam::network<lam::input<9> | lam::prelu | lam::dense<35> |
                                lam::relu(lam::max_value<3.0f>, lam::negative_slope<0.3f>,
                                          lam::threshold<0.5f>) |
                                lam::prelu(lam::shared) | lam::tanh> {};
struct functions
    : lam::network<lam::input<37> | lam::tanh | lam::sigmoid | lam::elu(lam::alpha<0.7f>)> {};
// Rows of several axes: layers at all positions, moves, products of two values.
struct attention
    : lam::network<lam::input<5, 6> | lam::dense<12> | lam::relu |
                   lam::residual(lam::layer_norm | lam::self_attention<3>) | lam::transpose<1, 0> |
                   lam::pad<2, 0, 1, 0> | lam::dense<17> | lam::flatten | lam::dense<9>> {};
// Windows over maps of two axes and of one.
struct maps
    : lam::network<lam::input<6, 6, 3> | lam::conv2d<18, 3>(lam::same) | lam::relu |
                   lam::max_pool2d<2>(lam::padding<1>) | lam::depthwise_conv2d<3>(lam::same) |
                   lam::prelu | lam::conv2d<4, 2>(lam::groups<2>)> {};
struct signals : lam::network<lam::input<11, 5> | lam::conv1d<18, 3>(lam::dilation<2>) | lam::tanh |
                              lam::average_pool1d<2>> {};
struct softmaxes : lam::network<lam::input<37> | lam::softmax> {};
struct gates : lam::network<lam::input<37> | lam::gelu | lam::silu | lam::mish |
                            lam::gelu(lam::tanh_approximation) | lam::swish(lam::alpha<1.702f>)> {};
struct logarithms : lam::network<lam::input<36> | lam::affine | lam::square | lam::softplus |
                                 lam::log | lam::erf | lam::sqrt |
                                 lam::log_softmax(lam::groups<9>) | lam::softmax(lam::groups<2>)> {
};
struct shapes : lam::network<lam::input<37> | lam::selu | lam::hard_swish | lam::softsign |
                             lam::celu(lam::alpha<0.3f>) | lam::exp | lam::reciprocal> {};
// Cosines of small and of huge numbers, and what is made of them.
struct waves : lam::network<lam::input<37> | lam::exp | lam::cos | lam::asin | lam::tan |
                            lam::cosh | lam::asinh> {};

// The sign and payload of a NaN are the processor's: x86 makes negative ones, Arm positive ones.
std::uint32_t bits_of(float f) { return f == f ? std::bit_cast<std::uint32_t>(f) : 0x7fc00000u; }

class fnv1a {
public:
    void add(std::span<const float> floats) {
        for (float f : floats)
            for (int byte = 0; byte < 4; ++byte)
                hash_ = (hash_ ^ (bits_of(f) >> (8 * byte) & 0xffu)) * 0x100000001b3u;
    }
    [[nodiscard]] std::uint64_t value() const { return hash_; }

private:
    std::uint64_t hash_ = 0xcbf29ce484222325u;
};

// 31 rows in tiles of 4, and 3 in the end; padding is random too, because nobody may read it
// into a result. Inputs reach from where functions are straight to where they are flat.
template <class P, class Network>
void run(fnv1a& hash) {
    using plan_type = lam::detail::static_plan<Network, lam::ir::fusion::on>;
    static constexpr const auto& plan = plan_type::value;
    constexpr std::size_t rows = 31;
    constexpr std::size_t tile = 4;
    lam::model<Network> model;
    lam::test::fill(model.packed(), plan.inputs(), 0.5f);
    std::vector<float> in(rows * plan.inputs());
    std::vector<float> out(rows * plan.outputs());
    std::vector<float> scratch(tile * plan.scratch_bytes / sizeof(float));
    for (float bound : {0x1p-6f, 4.0f, 64.0f}) {
        lam::test::fill(in, plan.outputs(), bound);
        for (std::size_t row = 0; row < rows; row += tile)
            lam::detail::run_tile<P, plan_type, tile>(
                model.packed().data(), {{&in[row * plan.inputs()]}, {&out[row * plan.outputs()]}},
                scratch.data(), std::min(tile, rows - row));
        hash.add(out);
    }
}

// Single rows, which have kernels of their own. One has no zeros, one half of them: their weights
// are skipped where a layer does that.
template <class P, class Network>
void run_alone(fnv1a& hash) {
    using plan_type = lam::detail::static_plan<Network, lam::ir::fusion::on>;
    static constexpr const auto& plan = plan_type::value;
    lam::model<Network> model;
    lam::test::fill(model.packed(), plan.inputs(), 0.5f);
    std::vector<float> in(plan.inputs());
    std::vector<float> out(plan.outputs());
    std::vector<float> scratch(plan.scratch_bytes / sizeof(float));
    lam::test::fill(in, plan.outputs());
    for (std::size_t step : {in.size(), std::size_t{2}}) {
        for (std::size_t i = 0; i < in.size(); i += step)
            in[i] = 0.0f;
        lam::detail::run_tile<P, plan_type, 1>(model.packed().data(), {{in.data()}, {out.data()}},
                                               scratch.data(), 1);
        hash.add(out);
    }
}

template <class P>
std::uint64_t hash_of() {
    fnv1a hash;
    run<P, classifier>(hash);
    run<P, two_panels>(hash);
    run<P, maxouts>(hash);
    run<P, piecewise>(hash);
    run<P, functions>(hash);
    run<P, softmaxes>(hash);
    run<P, gates>(hash);
    run<P, logarithms>(hash);
    run<P, shapes>(hash);
    run<P, waves>(hash);
    run<P, attention>(hash);
    run<P, maps>(hash);
    run<P, signals>(hash);
    run_alone<P, classifier>(hash);
    run_alone<P, two_panels>(hash);
    return hash.value();
}

// -(0 * 0 + -0) is -0. GCC 12 makes one instruction of it, which gives +0, where it sees the fma.
template <class P>
bool keeps_zero() {
    const std::vector<float> zeros(P::lanes, 0.0f);
    std::vector<float> out(P::lanes);
    const auto zero = P::load(zeros.data());
    P::store(out.data(), P::sub(P::splat(-0.0f), P::fma(zero, zero, P::splat(-0.0f))));
    return bits_of(out[0]) == 0x80000000u;
}

} // namespace

int main() {
    int result = 0;
    lam::test::for_each_pack([&result](auto pack) {
        using P = decltype(pack);
        if (!keeps_zero<P>()) {
            std::printf("%zu lanes: the negation of an fma has the wrong zero\n", P::lanes);
            result = 1;
        }
        const std::uint64_t hash = hash_of<P>();
        if (hash == expected) return;
        std::printf("%zu lanes: hash %016" PRIx64 "\n", P::lanes, hash);
        result = 1;
    });
    std::printf("hash %016" PRIx64 "\n", expected);
    return result;
}
