// SPDX-License-Identifier: MIT
// A system that refuses to start threads: the constructor joins those it has, and its error says
// what was asked for. A program of its own, because it takes address space away from itself.

#include <laminate/model/threads.hpp>

#include <cstdio>
#include <string_view>

#if defined(__linux__)
#include <sys/resource.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

int main() {
#if defined(__linux__) && !defined(SANITIZED)
    // Room for the stacks of some threads, not of a thousand.
    const rlimit little = {512u << 20, 512u << 20};
    if (setrlimit(RLIMIT_AS, &little) != 0) return 1;
    try {
        const laminate::threads threads(1000);
    } catch (const laminate::exception& why) {
        std::puts(why.what());
        const std::string_view said = why.what();
        return said.starts_with("threads(1000) needs 999 threads of the system, which refused") &&
                       said.ends_with("; ask for fewer")
                   ? 0
                   : 1;
    }
    std::puts("a thousand threads were started in 512 MB");
    return 1;
#else
    std::puts("skipped: address space can't be limited here");
#endif
}
