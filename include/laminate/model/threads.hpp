// SPDX-License-Identifier: MIT
#pragma once

// Threads that wait for parts of a batch: an executor for parallel_batch(). Needs the standard
// library's threads, and a program linked with them. Promises that running parts allocates nothing,
// takes no lock and never waits for a thread that has not begun a part; only the constructor
// throws.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <thread>
#include <vector>

#include "../base/compiler.hpp"
#include "../base/error.hpp"

namespace laminate::inline LAMINATE_ISA {

// Starts its threads when made and joins them at its end. It is called from one thread at a time; a
// second caller, or a part that calls it again, isn't kept waiting but runs its parts by itself.
class threads {
public:
    // `count` threads compute, of which one is the caller's own: count - 1 are started. 0 stands
    // for as many as the machine runs at once. Throws laminate::exception if the system refuses.
    explicit threads(std::size_t count = 0) {
        if (count == 0) count = std::max(1u, std::thread::hardware_concurrency());
#if defined(__cpp_exceptions)
        try {
            start(count);
        } catch (const std::exception& why) {
            const std::size_t started = workers_.size();
            finish();
            raise({sentence("threads(", count, ") needs ", count - 1, " threads of the system, ",
                            "which refused after ", started, ": ", why.what(), "; ask for fewer")});
        }
#else
        start(count);
#endif
    }
    threads(const threads&) = delete;
    threads& operator=(const threads&) = delete;
    ~threads() { finish(); }

    // How many threads compute, the caller's own among them.
    [[nodiscard]] std::size_t size() const noexcept { return workers_.size() + 1; }

    // Calls task(0), ..., task(parts - 1), each once, and returns when all have returned. A part
    // that throws ends the program.
    template <class Task>
    void operator()(std::size_t parts, const Task& task) noexcept {
        if (parts < 2 || parts > most_parts || busy_.exchange(true, std::memory_order_acquire)) {
            for (std::size_t part = 0; part < parts; ++part)
                task(part);
            return;
        }
        call_ = [](const void* t, std::size_t part) { (*static_cast<const Task*>(t))(part); };
        task_ = &task;
        parts_ = static_cast<std::uint32_t>(parts);
        unfinished_.store(parts_, std::memory_order_relaxed);
        unclaimed_.store(parts_, std::memory_order_release);
        unclaimed_.notify_all();
        work();
        while (const std::uint32_t left = unfinished_.load(std::memory_order_acquire))
            await_change(unfinished_, left);
        busy_.store(false, std::memory_order_release);
    }

private:
    static constexpr std::uint32_t stop = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::uint32_t most_parts = stop - 1;

    void start(std::size_t count) {
        workers_.reserve(count - 1);
        while (workers_.size() < count - 1)
            workers_.emplace_back([this] {
                while (unclaimed_.load(std::memory_order_acquire) != stop) {
                    work();
                    await_change(unclaimed_, 0);
                }
            });
    }

    void finish() noexcept {
        unclaimed_.store(stop, std::memory_order_release);
        unclaimed_.notify_all();
        for (std::thread& worker : workers_)
            worker.join();
    }

    // Sleeps while the counter is `old`, but not at once: waking a thread takes the system 5 to 50
    // us, and most waits between the parts of one call, or two calls in a row, are shorter. Giving
    // way takes 0.3 us where no other thread wants the core.
    static void await_change(const std::atomic<std::uint32_t>& counter,
                             std::uint32_t old) noexcept {
        constexpr int turns = 64;
        for (int turn = 0; turn < turns; ++turn) {
            if (counter.load(std::memory_order_acquire) != old) return;
            std::this_thread::yield();
        }
        counter.wait(old, std::memory_order_acquire);
    }

    // Claims parts until none is left. Whoever has claimed one reads the task of the call that it
    // belongs to, because that call doesn't return before the part is finished.
    void work() noexcept {
        std::uint32_t left = unclaimed_.load(std::memory_order_acquire);
        while (left != 0 && left != stop) {
            if (!unclaimed_.compare_exchange_weak(left, left - 1, std::memory_order_acquire))
                continue;
            call_(task_, parts_ - left);
            if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished_.notify_one();
            left = unclaimed_.load(std::memory_order_acquire);
        }
    }

    // The two counters that all threads change, each in a cache line of its own.
    alignas(64) std::atomic<std::uint32_t> unclaimed_ = 0;
    alignas(64) std::atomic<std::uint32_t> unfinished_ = 0;
    alignas(64) std::atomic<bool> busy_ = false;
    void (*call_)(const void*, std::size_t) = nullptr;
    const void* task_ = nullptr;
    std::uint32_t parts_ = 0;
    std::vector<std::thread> workers_;
};

} // namespace laminate::inline LAMINATE_ISA
