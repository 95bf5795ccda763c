// SPDX-License-Identifier: MIT
#pragma once

// The logarithm of softmax: y[i] = (x[i] - m) - log(sum over j of exp(x[j] - m)), where m is the
// row's maximum; or of each of Groups equal parts of a row. Needs, reads and writes what
// kernel/forward/softmax.hpp does, whose order of the sum it has. -inf gives -inf; a NaN or +inf
// anywhere, or -inf everywhere, gives NaN everywhere.
//
// Error: half an ulp each of x[i] - m, of the logarithm of the sum and of the result, and that of
// the logarithm, which is the relative error of the sum (see there) and kernel/forward/log.hpp's.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "log.hpp"
#include "softmax.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// What log_softmax makes of d = x - m and e = exp(d): d of the first pass, less log(sum).
struct log_share {
    template <class P>
    static LAMINATE_INLINE typename P::reg kept(P, typename P::reg d, typename P::reg) {
        return d;
    }
    template <class P>
    static LAMINATE_INLINE typename P::reg of_sum(P pack, typename P::reg sum) {
        return log{}(pack, sum);
    }
    template <class P>
    static LAMINATE_INLINE typename P::reg result(P, typename P::reg d, typename P::reg log_sum) {
        return P::sub(d, log_sum);
    }
};

template <class P>
LAMINATE_INLINE void log_softmax(const run_time_sizes& sizes, const float* x, std::size_t x_stride,
                                 float* y, std::size_t y_stride, std::size_t rows) {
    softmax_rows<P, log_share>(sizes, x, x_stride, y, y_stride, rows);
}
template <class P, std::size_t Width, std::size_t Groups = 1>
LAMINATE_INLINE void log_softmax(const float* x, std::size_t x_stride, float* y,
                                 std::size_t y_stride, std::size_t rows) {
    softmax_rows<P, Width, Groups, log_share>(x, x_stride, y, y_stride, rows);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
