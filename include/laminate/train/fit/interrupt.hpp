// SPDX-License-Identifier: MIT
#pragma once

// Ctrl-C and kill while training: asks for an end instead of ending at once. Needs sigaction on
// POSIX systems, signal elsewhere. Promises that the handlers before are back afterwards; that a
// second signal ends the program at once; and that signals which were ignored stay so.

#include <array>
#include <atomic>
#include <csignal>

#include "../../base/compiler.hpp"
#include "../../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

inline volatile std::sig_atomic_t interrupted = 0;
inline std::atomic<bool> interrupts_watched = false;

extern "C" inline void laminate_note_interrupt(int) { interrupted = 1; }

// While one lives, SIGINT and SIGTERM set `interrupted`. Of several at once, in different threads,
// the first has installed the handlers.
class interrupt_scope {
public:
    explicit interrupt_scope(bool wanted) {
        active_ = wanted && !interrupts_watched.exchange(true);
        if (!active_) return;
        interrupted = 0;
        for (std::size_t i = 0; i < signals.size(); ++i)
            install(i);
    }
    interrupt_scope(const interrupt_scope&) = delete;
    interrupt_scope& operator=(const interrupt_scope&) = delete;
    ~interrupt_scope() {
        if (!active_) return;
        for (std::size_t i = 0; i < signals.size(); ++i)
            restore(i);
        interrupts_watched = false;
    }

private:
    static constexpr std::array signals = {SIGINT, SIGTERM};

#if defined(__unix__) || defined(__APPLE__)
    void install(std::size_t i) {
        struct sigaction action = {};
        action.sa_handler = laminate_note_interrupt;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        sigemptyset(&action.sa_mask);
        sigaction(signals[i], nullptr, &before_[i]);
        if (before_[i].sa_handler != SIG_IGN) sigaction(signals[i], &action, nullptr);
    }
    void restore(std::size_t i) { sigaction(signals[i], &before_[i], nullptr); }

    std::array<struct sigaction, 2> before_ = {};
#else
    void install(std::size_t i) { before_[i] = std::signal(signals[i], laminate_note_interrupt); }
    void restore(std::size_t i) {
        if (before_[i] != SIG_ERR) std::signal(signals[i], before_[i]);
    }

    std::array<void (*)(int), 2> before_ = {};
#endif
    bool active_ = false;
};

} // namespace laminate::inline LAMINATE_ISA::detail
