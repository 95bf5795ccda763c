// SPDX-License-Identifier: MIT
// usage: <program> <scratch file> <part>...     prints what each part computes, its hash
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

std::uint64_t old_machine(const char* file);
std::uint64_t new_machine(const char* file);

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    for (int i = 2; i < argc; ++i) {
        const std::uint64_t hash =
            std::string(argv[i]) == "old" ? old_machine(argv[1]) : new_machine(argv[1]);
        std::printf("%016" PRIx64 "\n", hash);
        if (hash == 0) return 1;
    }
}
