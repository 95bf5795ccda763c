// SPDX-License-Identifier: MIT
// Two sources with several instruction sets each, in one translation unit, which thus sees what
// they have found out about the processor. usage: run_dispatch <level> <folder of stored.weights>:
// many threads call first, at once; <level>, 1, 3 or 4, must then be the best, and each up to it
// has the bits of all others and passes the self-test. run_dispatch: one call.

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "stored.cpp"
#include "wandering.cpp"

#if defined(LAMINATE_LEVEL) || defined(LAMINATE_PLACE) || defined(LAMINATE_V1) || \
    defined(LAMINATE_V3) || defined(LAMINATE_V4) || defined(LAMINATE_NATIVE_LANES) || \
    defined(LAMINATE_HAS_AVX) || defined(LAMINATE_THIS_FILE)
#error "a source leaves macros behind"
#endif

namespace {

constexpr std::size_t rows = 29;

[[noreturn]] void fail(const std::string& what) {
    std::printf("%s\n", what.c_str());
    std::exit(1);
}

std::vector<float> some(std::size_t count) {
    std::vector<float> in(count);
    for (std::size_t i = 0; i < count; ++i)
        in[i] = static_cast<float>(i * 7 % 31) * 0.2f - 3.0f;
    return in;
}

// Of one row each, of all at once, and of all through C.
std::vector<float> computed(const stored::weights& weights) {
    const std::vector<float> in = some(rows * wandering::inputs);
    std::vector<float> out(3 * rows * wandering::outputs);
    for (std::size_t r = 0; r < rows; ++r)
        wandering::infer(&in[r * wandering::inputs], &out[r * wandering::outputs]);
    wandering::infer_batch(in.data(), &out[rows * wandering::outputs], rows);
    wandering_infer_batch(in.data(), &out[2 * rows * wandering::outputs], rows);

    const std::vector<float> other_in = some(rows * stored::inputs);
    std::vector<float> other_out(2 * rows * stored::outputs);
    for (std::size_t r = 0; r < rows; ++r)
        stored::infer(weights, &other_in[r * stored::inputs], &other_out[r * stored::outputs]);
    stored::infer_batch(weights, other_in.data(), &other_out[rows * stored::outputs], rows);
    out.insert(out.end(), other_out.begin(), other_out.end());
    return out;
}

void call_first_in_many_threads() {
    const std::vector<float> in = some(wandering::inputs);
    std::vector<float> out(8 * wandering::outputs);
    std::vector<std::thread> threads;
    std::atomic<bool> start{false};
    for (std::size_t t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            while (!start) {
            }
            wandering::infer(in.data(), &out[t * wandering::outputs]);
        });
    start = true;
    for (std::thread& thread : threads)
        thread.join();
    for (std::size_t t = 1; t < 8; ++t)
        if (std::memcmp(&out[0], &out[t * wandering::outputs],
                        wandering::outputs * sizeof(float)) != 0)
            fail("threads found different bits");
}

void check(int best, const std::string& folder) {
    if (wandering::best_level != 0) fail("a level was found out before the first call");
    call_first_in_many_threads();
    if (wandering::best_level != best)
        fail("expected level " + std::to_string(best) + ", found " +
             std::to_string(wandering::best_level));
    stored::weights weights;
    if (!weights.load((folder + "/stored.weights").c_str())) fail(message(weights.error()));
    const std::vector<float> expected = computed(weights);
    if (stored::best_level != best) fail("one source found another level than the other");
    for (const int level : {1, 3, 4}) {
        if (level > best) break;
        wandering::best_level = stored::best_level = level;
        const std::vector<float> found = computed(weights);
        if (std::memcmp(found.data(), expected.data(), found.size() * sizeof(float)) != 0)
            fail("other bits at level " + std::to_string(level));
        if (!wandering::self_test() || wandering_self_test() != 1 || !stored::self_test(weights))
            fail("the self-test fails at level " + std::to_string(level));
    }
    std::printf("level %d: the same bits as below\n", best);
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 3) {
        check(std::atoi(argv[1]), argv[2]);
    } else {
        const std::vector<float> in = some(wandering::inputs);
        std::vector<float> out(wandering::outputs);
        wandering::infer(in.data(), out.data());
    }
}
