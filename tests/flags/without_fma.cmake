# SPDX-License-Identifier: MIT
# Where x86-64 has no FMA the library says so, once for each source, and never as an error.
# Run as: cmake -DCOMPILER=<c++> -DFLAGS=<list, comma-separated> -P without_fma.cmake
cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" base "${FLAGS}")
set(ENV{LC_ALL} C)
set(ENV{GCC_COLORS} "")

# The header that says so (every model includes it), compiled as users do: strictly, and with the library's headers as those of a system or as their own.
function(said times)
    foreach(headers IN ITEMS -I -isystem)
        string(REPLACE "-I/" "${headers}/" flags "${base}")
        execute_process(COMMAND ${CMAKE_COMMAND} -E echo "#include <laminate/pack/xsimd.hpp>"
            COMMAND ${COMPILER} ${flags} ${ARGN} -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ -
            RESULTS_VARIABLE statuses ERROR_VARIABLE messages)
        list(GET statuses 1 status)
        string(REGEX MATCHALL "(note|warning): [^\n]*Laminate: without FMA" found "${messages}")
        list(LENGTH found count)
        if(NOT status EQUAL 0 OR NOT count EQUAL times)
            message(FATAL_ERROR "${ARGN} ${headers}: returned ${status}, said ${count} times instead of "
                "${times}:\n${messages}")
        endif()
    endforeach()
endfunction()

said(1 -march=x86-64)
said(1 -mavx)
said(0 -march=x86-64-v3)
said(0 -march=x86-64 -DLAMINATE_ALLOW_NO_FMA)
