// SPDX-License-Identifier: MIT
// libFuzzer target: the reader of npy files takes any bytes.
// Seeds: small files of every type.

#include <laminate/file/npy.hpp>
#include <laminate/train/data/arrays.hpp>

#include <cstdlib>

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto read = laminate::parse_npy(bytes, "fuzz");
    if (!read) {
        const std::string& message = read.error().message;
        require(message.starts_with("fuzz: ") && message.size() < 2000);
        return 0;
    }
    require(laminate::element_count(read->shape) == read->values.size());
    require(read->values.size() <= size);
    // Whatever it is, a data set is made of it or refused.
    const auto labelled = laminate::with_labels(*read, *read);
    if (labelled) require(!laminate::check(*labelled));
    const auto learned = laminate::with_targets(*read, *read);
    if (learned) require(!laminate::check(*learned));
    return 0;
}
