// SPDX-License-Identifier: MIT
// Any header of the library: each includes base/compiler.hpp (.ci/arrows), which refuses flags.
// This one does little else.
#include <laminate/pack/scalar.hpp>
