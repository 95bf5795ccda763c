// SPDX-License-Identifier: MIT
#pragma once

// ONNX's own message definitions, under a name that isn't ours. Needs libonnx-dev and protobuf.
// Promises that nothing else includes them.

#include <onnx/onnx_pb.h>

#include "message_fwd.hpp"
