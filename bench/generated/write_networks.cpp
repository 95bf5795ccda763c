// SPDX-License-Identifier: MIT
// Writes the networks of networks.hpp as standalone sources: write_networks <directory>.

#include "../networks.hpp"

#include <laminate/codegen/write_cpp.hpp>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: write_networks <directory>\n", stderr);
        return 2;
    }
    laminate::write_options options;
    options.directory = argv[1];
    bool written = true;
    bench::for_each(bench::networks{}, [&](auto network) {
        using type = decltype(network);
        options.name_space = std::string("generated::") + type::name;
        if (const auto why =
                laminate::try_write_cpp(bench::seeded_model<type>(), type::name, options)) {
            std::fprintf(stderr, "write_networks: %s\n", why->message.c_str());
            written = false;
        }
    });
    return written ? 0 : 1;
}
