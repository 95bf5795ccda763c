// SPDX-License-Identifier: MIT
#pragma once

// The version of Laminate, stamped on generated sources. Needs nothing. Promises to be the same as
// CMake's, which reads it from here.

#define LAMINATE_VERSION "0.1.0"
