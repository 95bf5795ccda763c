# SPDX-License-Identifier: MIT
# Compiles declared networks that write_dsl wrote, with the library's headers, and runs them.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
set(from ${NETWORKS}/declared)
run(${COMPILER} -std=c++20 -O1 -Wall -Wextra -Werror -I${INCLUDE} -I${from} ${SOURCES}/run_declared.cpp
    ${from}/chain.cpp ${from}/graph.cpp -o run_declared)
run(./run_declared ${from})
message("${output}")
