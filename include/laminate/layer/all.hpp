// SPDX-License-Identifier: MIT
#pragma once

// Every layer of the DSL, on one screen. Needs no SIMD and no I/O. Promises that what isn't listed
// here doesn't exist.

#include "dense.hpp"
#include "dropout.hpp"
#include "elu.hpp"
#include "input.hpp"
#include "leaky_relu.hpp"
#include "linear.hpp"
#include "maxout.hpp"
#include "prelu.hpp"
#include "relu.hpp"
#include "sigmoid.hpp"
#include "softmax.hpp"
#include "tanh.hpp"
