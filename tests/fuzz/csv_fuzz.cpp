// SPDX-License-Identifier: MIT
// libFuzzer target: the reader of tables takes any text. The first byte chooses the options.
// Seeds: written by hand.

#include <laminate/train/data/csv.hpp>

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
    if (choice / 32 % 2 != 0) options.label = "class";
    options.drop_missing = choice / 64 % 2 != 0;
    if (choice / 128 != 0) options.class_name = {"a", "b"};
    options.note = [](const std::string& said) { require(said.starts_with("fuzz: ")); };
    const auto read = laminate::parse_csv(text, "fuzz", options);
    if (read) {
        require(!laminate::check(*read));
        require(read->rows() > 0 && read->rows() <= size);
    } else {
        const std::string& message = read.error().message;
        require(message.starts_with("fuzz: ") && message.size() < 4000);
    }
    return 0;
}
