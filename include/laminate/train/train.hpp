// SPDX-License-Identifier: MIT
#pragma once

// All of training. Needs what laminate.hpp needs, and a program linked with the system's threads.
// Promises nothing beyond what the headers below do.

#include "classification.hpp"
#include "initialise.hpp"
#include "trainer.hpp"
