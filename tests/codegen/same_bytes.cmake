# SPDX-License-Identifier: MIT
# A second run of GENERATOR writes the same bytes.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
file(REMOVE_RECURSE ${WORK}/again)
run(${GENERATOR} ${WORK}/again)
file(GLOB_RECURSE files RELATIVE ${WORK}/again ${WORK}/again/*)
list(LENGTH files count)
if(count LESS 100)
    message(FATAL_ERROR "only ${count} files were written")
endif()
foreach(file IN LISTS files)
    run(${CMAKE_COMMAND} -E compare_files ${WORK}/again/${file} ${NETWORKS}/${file})
endforeach()
message("${count} files are the same")
