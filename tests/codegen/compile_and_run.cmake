# SPDX-License-Identifier: MIT
# Compiles run_networks.cpp with all generated sources by COMPILER with FLAGS (a,b,c), and
# runs it.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
string(REPLACE "," ";" FLAGS "${FLAGS}")
run(${COMPILER} ${FLAGS} ${warnings} -I${NETWORKS} ${SOURCES}/run_networks.cpp -o run_networks)
run(./run_networks ${NETWORKS})
message("${output}")
