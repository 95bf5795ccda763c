// SPDX-License-Identifier: MIT

// Pools against the order of operations that they promise, on every pack and with sizes that are
// known at run time only; in memory that is exactly as long as they may touch.

#include "../support/buffer.hpp"
#include "../support/catch.hpp"
#include "../support/compare.hpp"
#include "../support/packs.hpp"
#include "../support/random.hpp"

#include <laminate/kernel/forward/pool.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace lam = laminate;

namespace {

constexpr std::size_t rows = 3;

// A pool whose sizes are numbers, in the order of the kernel's.
struct pool {
    std::size_t outputs, channels, height, width, out_height, out_width;
    std::size_t kernel_height, kernel_width, stride_height, stride_width;
    std::size_t before_height, before_width, dilation_height, dilation_width, counts_padding;

    [[nodiscard]] std::size_t inputs() const { return height * width * channels; }

    // What a window holds of the map, in order.
    [[nodiscard]] std::vector<float> elements(const float* x, std::size_t r, std::size_t c,
                                              std::size_t k) const {
        std::vector<float> found;
        for (std::size_t i = 0; i < kernel_height; ++i)
            for (std::size_t j = 0; j < kernel_width; ++j) {
                const std::size_t row = r * stride_height + i * dilation_height;
                const std::size_t column = c * stride_width + j * dilation_width;
                if (row >= before_height && row < before_height + height &&
                    column >= before_width && column < before_width + width)
                    found.push_back(
                        x[((row - before_height) * width + column - before_width) * channels + k]);
            }
        return found;
    }
    [[nodiscard]] static float maximum(const std::vector<float>& of) {
        float best = of[0];
        for (std::size_t i = 1; i < of.size(); ++i)
            if (!std::isnan(best) && !(best > of[i])) best = of[i];
        return best;
    }
    [[nodiscard]] float mean(const std::vector<float>& of) const {
        float sum = of[0];
        for (std::size_t i = 1; i < of.size(); ++i)
            sum += of[i];
        const std::size_t count = counts_padding != 0 ? kernel_height * kernel_width : of.size();
        return sum / static_cast<float>(count);
    }
};

struct maps {
    std::size_t x_stride;
    std::size_t y_stride;
    lam::test::tight_buffer x;
    lam::test::guarded_buffer y;

    maps(const pool& p, bool any_floats)
        : x_stride(p.inputs() + 2),
          y_stride(p.outputs + 3),
          x((rows - 1) * x_stride + p.inputs()),
          y((rows - 1) * y_stride + p.outputs) {
        lam::test::random r(p.inputs());
        constexpr float special[] = {0.0f, -0.0f, std::numeric_limits<float>::infinity(),
                                     -std::numeric_limits<float>::infinity(),
                                     std::numeric_limits<float>::quiet_NaN()};
        for (float& f : x.span()) {
            f = r.uniform(1.0f);
            if (any_floats && r.below(2) == 0) f = special[r.below(r.below(4) == 0 ? 5 : 2)];
        }
    }

    template <class Function>
    [[nodiscard]] std::size_t wrong(const pool& p, const Function& f) const {
        std::size_t count = y.intact() ? 0 : 1;
        for (std::size_t row = 0; row < rows; ++row) {
            std::size_t at = row * y_stride;
            for (std::size_t r = 0; r < p.out_height; ++r)
                for (std::size_t c = 0; c < p.out_width; ++c)
                    for (std::size_t k = 0; k < p.channels; ++k, ++at)
                        if (!lam::test::same_bits(
                                y[at], f(p.elements(x.data() + row * x_stride, r, c, k))))
                            ++count;
            for (; row + 1 < rows && at < (row + 1) * y_stride; ++at)
                if (lam::test::guarded_buffer::changed(y[at])) ++count;
        }
        return count;
    }
};

template <std::size_t... N>
struct pool_case {
    static constexpr pool sizes = {N..., 0};

    template <class P>
    static void check() {
        pool p = sizes;
        INFO(P::lanes << " lanes, " << p.channels << " channels, " << p.height << " x " << p.width
                      << ", kernel " << p.kernel_height << " x " << p.kernel_width);
        const auto mean = [&p](const std::vector<float>& of) { return p.mean(of); };
        for (const bool any_floats : {false, true}) {
            const maps m(p, any_floats);
            lam::kernel::max_pool<P, N...>(m.x.data(), m.x_stride, m.y.data(), m.y_stride, rows);
            CHECK(m.wrong(p, pool::maximum) == 0);
            lam::kernel::average_pool<P, N..., 0>(m.x.data(), m.x_stride, m.y.data(), m.y_stride,
                                                  rows);
            CHECK(m.wrong(p, mean) == 0);
        }
        p.counts_padding = 1;
        const maps m(p, false);
        lam::kernel::average_pool<P, N..., 1>(m.x.data(), m.x_stride, m.y.data(), m.y_stride, rows);
        CHECK(m.wrong(p, mean) == 0);
    }
    static void check_run_time() {
        for (const std::size_t counts_padding : {0U, 1U}) {
            pool p = sizes;
            p.counts_padding = counts_padding;
            const std::size_t numbers[] = {N..., counts_padding};
            const lam::kernel::run_time_sizes of = {numbers};
            const maps m(p, true);
            lam::kernel::max_pool<lam::pack::scalar>(of, m.x.data(), m.x_stride, m.y.data(),
                                                     m.y_stride, rows);
            CHECK(m.wrong(p, pool::maximum) == 0);
            lam::kernel::average_pool<lam::pack::scalar>(of, m.x.data(), m.x_stride, m.y.data(),
                                                         m.y_stride, rows);
            CHECK(m.wrong(p, [&p](const std::vector<float>& o) { return p.mean(o); }) == 0);
        }
    }
};

template <class... Cases>
struct pool_cases {
    template <class P>
    static void check() {
        (Cases::template check<P>(), ...);
    }
    static void check_run_time() { (Cases::check_run_time(), ...); }
};

// Outputs, channels, map, positions, kernel, stride, before, dilation
using cases = pool_cases<pool_case<6, 1, 4, 6, 2, 3, 2, 2, 2, 2, 0, 0, 1, 1>,
                         pool_case<27, 3, 5, 5, 3, 3, 3, 3, 2, 2, 1, 1, 1, 1>,
                         pool_case<240, 8, 6, 5, 6, 5, 3, 3, 1, 1, 1, 1, 1, 1>,
                         pool_case<102, 17, 7, 4, 3, 2, 3, 2, 3, 2, 1, 0, 2, 3>,
                         pool_case<72, 72, 3, 5, 1, 1, 3, 5, 1, 1, 0, 0, 1, 1>,
                         pool_case<132, 33, 1, 9, 1, 4, 1, 4, 1, 3, 0, 2, 1, 1>,
                         pool_case<64, 16, 4, 4, 2, 2, 2, 5, 2, 1, 0, 3, 1, 2>>;

} // namespace

TEST_CASE("pools have the bits that they promise", "[pool]") {
    lam::test::for_each_pack([](auto pack) { cases::check<decltype(pack)>(); });
}

TEST_CASE("pools have the same bits with sizes known at run time", "[pool]") {
    cases::check_run_time();
}
