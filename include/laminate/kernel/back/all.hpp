// SPDX-License-Identifier: MIT
#pragma once

// Every kernel that only training runs.

#include "backward_rows.hpp"
#include "binary_gradient.hpp"
#include "conv_gradient.hpp"
#include "cross_entropy.hpp"
#include "depthwise_gradient.hpp"
#include "derivative.hpp"
#include "dropout.hpp"
#include "loss.hpp"
#include "matmul_gradient.hpp"
#include "maxout_gradient.hpp"
#include "move_table.hpp"
#include "norm.hpp"
#include "normalise_gradient.hpp"
#include "part_gradient.hpp"
#include "pool_gradient.hpp"
#include "reduction_gradient.hpp"
#include "softmax_gradient.hpp"
#include "some.hpp"
#include "transpose.hpp"
#include "update.hpp"
#include "weight_gradient.hpp"
