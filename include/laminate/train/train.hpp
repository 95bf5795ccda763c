// SPDX-License-Identifier: MIT
#pragma once

// All of training: data, starting values, steps, fit, metrics and diagnostics. Needs what
// laminate.hpp needs, and a program linked with the system's threads. Promises nothing beyond what
// the headers below do.

#include "../file/idx.hpp"
#include "../file/npy.hpp"
#include "data/arrays.hpp"
#include "data/csv.hpp"
#include "data/normalise.hpp"
#include "data/split.hpp"
#include "fit/fit.hpp"
#include "fit/schedule.hpp"
#include "look/classification.hpp"
#include "look/metrics.hpp"
#include "look/norms.hpp"
#include "look/report.hpp"
#include "steps/initialise.hpp"
#include "steps/trainer.hpp"
