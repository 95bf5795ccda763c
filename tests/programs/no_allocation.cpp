// SPDX-License-Identifier: MIT
// Counts every allocation of the process and shows that the hot path makes none. A program of its
// own, because it replaces operator new and, with glibc and without sanitizers, malloc.

#include "support/networks.hpp"

#include <laminate/model/parallel.hpp>
#include <laminate/model/threads.hpp>
#include <laminate/train/steps/trainer.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <tuple>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

namespace {
std::atomic<long> allocations = 0;
}

#if defined(__GLIBC__) && !defined(SANITIZED)
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void* malloc(std::size_t size) {
    ++allocations;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    ++allocations;
    return __libc_calloc(count, size);
}
void* realloc(void* p, std::size_t size) {
    ++allocations;
    return __libc_realloc(p, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    ++allocations;
    return __libc_memalign(alignment, size);
}
}
#endif

// GCC 12 inlines one of each pair and then takes malloc and delete for a mismatch.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

void* operator new(std::size_t size) {
    ++allocations;
    if (void* p = std::malloc(size)) return p;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    ++allocations;
    const auto to = static_cast<std::size_t>(alignment);
    if (void* p = std::aligned_alloc(to, (size + to - 1) / to * to)) return p;
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return ::operator new(size); }
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return ::operator new(size, alignment);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace {

template <class Network>
bool hot_path_allocates(Network) {
    using type = laminate::model<Network>;
    const long at_first = allocations;
    const type model = laminate::test::random_model<Network>(1);
    if (allocations == at_first) {
        std::puts("Not even the model's own allocation was counted");
        return true;
    }
    const std::vector<float> in = laminate::test::random_rows<Network>(100, 2);
    std::vector<float> out(100 * type::outputs);
    std::vector<float> workspace(type::workspace_floats);
    typename type::row_in row = {};

    const long before = allocations;
    row[0] += model(row)[0];
    model(row, std::span(out).template first<type::outputs>());
    model.batch(in, out);
    model.batch(in, out, workspace);
    const long made = allocations - before;
    if (made != 0) std::printf("The hot path made %ld allocations\n", made);
    return made != 0;
}

bool threads_allocate() {
    using network = laminate::test::trigger;
    using type = laminate::model<network>;
    const type model = laminate::test::random_model<network>(1);
    const std::vector<float> in = laminate::test::random_rows<network>(2000, 2);
    std::vector<float> out(2000 * type::outputs);
    laminate::threads threads(3);
    // Starting a thread allocates: each takes one of these parts, as they wait for each other.
    std::atomic<std::size_t> arrived = 0;
    threads(threads.size(), [&](std::size_t) {
        ++arrived;
        while (arrived < threads.size())
            std::this_thread::yield();
    });

    const long before = allocations;
    for (int round = 0; round < 20; ++round)
        laminate::parallel_batch(model, in, out, threads);
    const long made = allocations - before;
    if (made != 0) std::printf("20 parallel batches made %ld allocations\n", made);
    return made != 0;
}

// All that training needs is allocated by the first step.
bool training_allocates(std::size_t threads) {
    using network = laminate::test::trigger;
    laminate::model<network> model = laminate::test::random_model<network>(1);
    laminate::trainer trainer(model, laminate::softmax_cross_entropy{}, laminate::adam{},
                              {.threads = threads});
    const std::vector<float> in = laminate::test::random_rows<network>(200, 2);
    const std::vector<int> classes(200, 3);
    trainer.step(in, classes);
    // A thread that had no part in the first step may still be starting.
    for (int round = 0; round < 20; ++round)
        trainer.step(in, classes);

    const long before = allocations;
    for (int round = 0; round < 20; ++round) {
        trainer.step(in, classes);
        trainer.loss(in, classes);
    }
    const long made = allocations - before;
    if (made != 0) std::printf("20 steps of training made %ld allocations\n", made);
    return made != 0;
}

} // namespace

int main() {
    const bool allocates =
        std::apply([](auto... networks) { return (hot_path_allocates(networks) | ...); },
                   laminate::test::all_networks{});
    return allocates || threads_allocate() || training_allocates(1) || training_allocates(2) ? 1
                                                                                             : 0;
}
