// SPDX-License-Identifier: MIT
#pragma once

// Where tests find files. Defined in a source of its own, so that no other object depends on the
// folder that the checkout lies in: compiler caches then serve all checkouts.

#include <string>

namespace laminate::test::paths {

extern const std::string source;  // the checkout
extern const std::string scratch; // files of this build's tests, removed by nobody
extern const std::string corpus;  // LAMINATE_CORPUS, may be empty

} // namespace laminate::test::paths
