// SPDX-License-Identifier: MIT
// A number of threads where parallel_batch needs an executor.
// expect: parallel_batch() needs an executor that can be called as executor(parts, task)
#include <laminate/layer/all.hpp>
#include <laminate/model/parallel.hpp>
#include <span>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

void run(const lam::model<digits>& model, std::span<const float> in, std::span<float> out) {
#ifdef GOOD
    lam::parallel_batch(model, in, out, [](std::size_t parts, const auto& task) {
        for (std::size_t part = 0; part < parts; ++part)
            task(part);
    });
#else
    lam::parallel_batch(model, in, out, 4);
#endif
}
