// SPDX-License-Identifier: MIT
// libFuzzer target: the reader of tables takes any text. The first byte chooses the options.
// Seeds: written by hand.

#include <laminate/train/csv.hpp>

#include <cstdlib>

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const unsigned choice = data[0];
    laminate::csv_options options;
    options.separator = ",; \t"[choice % 4];
    options.skip_lines = choice / 4 % 2;
    if (choice / 8 % 2 != 0) options.label = laminate::csv_options::last;
    if (choice / 16 % 2 != 0) options.targets = {0};
    const auto read = laminate::parse_csv(text, "fuzz", options);
    if (read) {
        require(!laminate::check(*read));
        require(read->rows() > 0 && read->rows() <= size);
    } else {
        const std::string& message = read.error().message;
        require(message.starts_with("fuzz: ") && message.size() < 2000);
    }
    return 0;
}
