# SPDX-License-Identifier: MIT
# One case of tests/must_not_compile: the same file twice. With -DGOOD it must compile; without, it
# must fail with exactly one error whose text holds every `// expect: <text>` of the file; a line
# `// flags: <flags>` is for that half alone. PRECOMPILED, a header with its .gch beside it, is
# included first, except under such flags.
# Run as: cmake -DCOMPILER=<c++> -DFLAGS=<list, comma-separated> [-DPRECOMPILED=<hpp>] -DSOURCE=<cpp>
#             -P must_not_compile.cmake
cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" flags "${FLAGS}")
set(precompiled)
if(PRECOMPILED)
    set(precompiled -include ${PRECOMPILED})
endif()
set(ENV{LC_ALL} C)
set(ENV{GCC_COLORS} "")

file(READ "${SOURCE}" source)
string(REGEX MATCHALL "// expect: [^\n]*" expectations "${source}")
if(NOT expectations)
    message(FATAL_ERROR "${SOURCE}: no line '// expect: <text>' says what the error must tell")
endif()
if(NOT source MATCHES "GOOD")
    message(FATAL_ERROR "${SOURCE}: no '#ifdef GOOD' half, so nothing shows that the rest is right")
endif()

execute_process(COMMAND ${COMPILER} ${flags} ${precompiled} -DGOOD -fsyntax-only ${SOURCE}
    RESULT_VARIABLE result ERROR_VARIABLE messages)
if(NOT result EQUAL 0)
    message("${messages}")
    message(FATAL_ERROR "The good half does not compile")
endif()

if(source MATCHES "// flags: ([^\n]*)")
    separate_arguments(bad_flags UNIX_COMMAND "${CMAKE_MATCH_1}")
    list(APPEND flags ${bad_flags})
    set(precompiled)
endif()
execute_process(COMMAND ${COMPILER} ${flags} ${precompiled} -fsyntax-only ${SOURCE}
    RESULT_VARIABLE result ERROR_VARIABLE messages)
if(result EQUAL 0)
    message(FATAL_ERROR "The bad half compiles, but should not")
endif()
foreach(expectation IN LISTS expectations)
    string(REPLACE "// expect: " "" text "${expectation}")
    string(FIND "${messages}" "${text}" at)
    if(at EQUAL -1)
        message("${messages}")
        message(FATAL_ERROR "The error does not say: ${text}")
    endif()
endforeach()
string(REGEX MATCHALL "error: " errors "${messages}")
list(LENGTH errors count)
if(NOT count EQUAL 1)
    message("${messages}")
    message(FATAL_ERROR "${count} errors instead of one")
endif()
