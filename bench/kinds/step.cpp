// SPDX-License-Identifier: MIT
// step PROGRAM LENGTHS: runs PROGRAM, and between one int3 and the next goes through it instruction
// by instruction; prints how often each was reached. LENGTHS has the address and the length of
// every instruction. Where the machine has no AVX-512, its instructions are counted and left out:
// what is counted must not take another way for other values. Linux only.

#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>

namespace {

constexpr unsigned char evex = 0x62; // the first byte of an instruction of AVX-512
constexpr unsigned char int3 = 0xcc;

using table = std::map<unsigned long long, unsigned long>;

bool leaves_out(unsigned char first) {
    static const bool runs =
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
    return first == evex && !runs;
}

// Counts up to the next int3; false where the program stopped otherwise.
bool count(pid_t child, const table& lengths, table& counts) {
    user_regs_struct at = {};
    for (;;) {
        ptrace(PTRACE_GETREGS, child, nullptr, &at);
        for (;;) {
            const auto byte =
                static_cast<unsigned char>(ptrace(PTRACE_PEEKTEXT, child, at.rip, nullptr));
            if (byte == int3) {
                ++at.rip;
                ptrace(PTRACE_SETREGS, child, nullptr, &at);
                return true;
            }
            ++counts[at.rip];
            if (!leaves_out(byte)) break;
            at.rip += lengths.at(at.rip);
        }
        ptrace(PTRACE_SETREGS, child, nullptr, &at);
        int status = 0;
        ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr);
        waitpid(child, &status, 0);
        if (!WIFSTOPPED(status)) return false;
        if (WSTOPSIG(status) == SIGILL) { // of AVX-512 in an older form: those of masks
            at.rip += lengths.at(at.rip);
            ptrace(PTRACE_SETREGS, child, nullptr, &at);
        } else if (WSTOPSIG(status) != SIGTRAP) {
            return false;
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    table lengths;
    std::ifstream file(argv[2]);
    for (unsigned long long at = 0, length = 0; file >> at >> length;)
        lengths[at] = length;
    const pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        execl(argv[1], argv[1], nullptr);
        _exit(127);
    }
    int status = 0;
    for (waitpid(child, &status, 0); WIFSTOPPED(status); waitpid(child, &status, 0)) {
        user_regs_struct at = {};
        ptrace(PTRACE_GETREGS, child, nullptr, &at);
        if (WSTOPSIG(status) == SIGILL) { // outside of what is counted, such as in filling arrays
            at.rip += lengths.at(at.rip);
            ptrace(PTRACE_SETREGS, child, nullptr, &at);
        } else if (lengths.count(at.rip) == 0 || lengths.count(at.rip - 1) == 0 ||
                   lengths.at(at.rip - 1) != 1) {
            // the stop behind exec
        } else {
            table counts;
            if (!count(child, lengths, counts)) return 1;
            std::puts("call");
            for (const auto& [address, times] : counts)
                std::printf("%llu %lu\n", address, times);
        }
        ptrace(PTRACE_CONT, child, nullptr, nullptr);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
