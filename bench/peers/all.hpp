// SPDX-License-Identifier: MIT
#pragma once

// The peers that CMake found, in one list, behind plain C, which needs nothing; those that it
// didn't find are named in LAMINATE_BENCH_ABSENT.

#include "peer.hpp"
#include "plain_c.hpp"

#if LAMINATE_BENCH_EIGEN
#include "eigen.hpp"
#endif
#if LAMINATE_BENCH_OPENBLAS
#include "openblas.hpp"
#endif
#if LAMINATE_BENCH_ONEDNN
#include "onednn.hpp"
#endif
#if LAMINATE_BENCH_LIBXSMM
#include "libxsmm.hpp"
#endif
#if LAMINATE_BENCH_ONNX_RUNTIME
#include "onnxruntime.hpp"
#endif

namespace bench {

template <class T>
struct type_of {
    using type = T;
};

// Calls f(type_of<Peer>{}) for each peer, as it is for Network.
template <class Network, class Function>
void for_each_peer(Function f) {
    f(type_of<plain_c<Network>>{});
#if LAMINATE_BENCH_EIGEN
    f(type_of<eigen<Network>>{});
#endif
#if LAMINATE_BENCH_OPENBLAS
    f(type_of<openblas>{});
#endif
#if LAMINATE_BENCH_ONEDNN
    f(type_of<onednn>{});
#endif
#if LAMINATE_BENCH_LIBXSMM
    f(type_of<libxsmm>{});
#endif
#if LAMINATE_BENCH_ONNX_RUNTIME
    f(type_of<onnxruntime>{});
#endif
}

} // namespace bench
