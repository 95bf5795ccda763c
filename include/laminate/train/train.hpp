// SPDX-License-Identifier: MIT
#pragma once

// All of training: data, starting values, steps, fit, metrics and diagnostics. Needs what
// laminate.hpp needs, and a program linked with the system's threads. Promises nothing beyond what
// the headers below do.

#include "classification.hpp"
#include "csv.hpp"
#include "fit.hpp"
#include "idx.hpp"
#include "initialise.hpp"
#include "metrics.hpp"
#include "normalise.hpp"
#include "norms.hpp"
#include "npy.hpp"
#include "report.hpp"
#include "schedule.hpp"
#include "split.hpp"
#include "trainer.hpp"
