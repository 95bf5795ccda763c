// SPDX-License-Identifier: MIT
// usage: <program> <part> [<scratch file>]
// Prints the hash of what that part, old or new, computes: of everything with a file, else of rows.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

std::uint64_t old_machine(const char* file);
std::uint64_t new_machine(const char* file);
std::uint64_t old_computes();
std::uint64_t new_computes();

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const bool old = std::string(argv[1]) == "old";
    std::uint64_t hash = 0;
    if (argc > 2)
        hash = old ? old_machine(argv[2]) : new_machine(argv[2]);
    else
        hash = old ? old_computes() : new_computes();
    std::printf("%016" PRIx64 "\n", hash);
    return hash == 0;
}
