// SPDX-License-Identifier: MIT
#pragma once

// All of Laminate but training and code generation: declare, check, plan, load, run. Needs C++20,
// Boost.Hana and xsimd. Promises nothing beyond what the headers below do.

#include "base/error.hpp"
#include "base/version.hpp"
#include "layer/all.hpp"
#include "layer/network.hpp"
#include "model/describe.hpp"
#include "model/model.hpp"
#include "model/parameters.hpp"
#include "model/unfused.hpp"
