// SPDX-License-Identifier: MIT
#include "paths.hpp"

namespace laminate::test::paths {

const std::string source = LAMINATE_SOURCE_DIR;
const std::string scratch = LAMINATE_TEST_SCRATCH;
const std::string corpus = LAMINATE_CORPUS;

} // namespace laminate::test::paths
