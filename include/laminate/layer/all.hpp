// SPDX-License-Identifier: MIT
#pragma once

// Every layer of the DSL, on one screen. Needs no SIMD and no I/O. Promises that what isn't listed
// here doesn't exist.

#include "affine.hpp"
#include "along.hpp"
#include "axes.hpp"
#include "branches.hpp"
#include "celu.hpp"
#include "clip.hpp"
#include "dense.hpp"
#include "dropout.hpp"
#include "elu.hpp"
#include "functions.hpp"
#include "gelu.hpp"
#include "hard_sigmoid.hpp"
#include "input.hpp"
#include "leaky_relu.hpp"
#include "linear.hpp"
#include "maxout.hpp"
#include "norm.hpp"
#include "prelu.hpp"
#include "relu.hpp"
#include "shrink.hpp"
#include "sigmoid.hpp"
#include "softmax.hpp"
#include "swish.hpp"
#include "tanh.hpp"
#include "thresholded_relu.hpp"
#include "window.hpp"
