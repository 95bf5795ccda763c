# SPDX-License-Identifier: MIT
# Each flag that would change results: the source must be refused, with one error and the sentence
# that says why; but not where the promise is given up.
# Run as: cmake -DCOMPILER=<c++> -DFLAGS=<list, comma-separated> -DSOURCE=<cpp> -DOUTPUT=<o>
#     -P refused.cmake
cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" base "${FLAGS}")
set(ENV{LC_ALL} C)
set(ENV{GCC_COLORS} "")

# Sets `status` and `messages`.
function(compile)
    execute_process(COMMAND ${COMPILER} ${base} -O2 -DLAMINATE_ALLOW_NO_FMA ${ARGN}
            -c ${SOURCE} -o ${OUTPUT} RESULT_VARIABLE result ERROR_VARIABLE text)
    set(status ${result} PARENT_SCOPE)
    set(messages "${text}" PARENT_SCOPE)
endfunction()

compile(-Wall -Wextra -Wpedantic -Werror)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "Refused without any such flag:\n${messages}")
endif()
set(refused 0)
foreach(flag -ffast-math -Ofast -funsafe-math-optimizations -ffinite-math-only -freciprocal-math
        "-fassociative-math -fno-signed-zeros -fno-trapping-math" -fno-signed-zeros -fapprox-func
        -fno-honor-nans -fno-honor-infinities
        -fsingle-precision-constant -ffp-model=fast -ffp-eval-method=double -mfpmath=387)
    separate_arguments(flags UNIX_COMMAND "${flag}")
    compile(${flags})
    if(NOT messages MATCHES "Laminate: " AND
            messages MATCHES "unknown|unrecognized|not supported|unsupported|unused")
        message("${flag}: ${COMPILER} doesn't have it")
        continue()
    endif()
    string(REGEX MATCHALL " error: " errors "${messages}")
    list(LENGTH errors count)
    if(status EQUAL 0 OR NOT count EQUAL 1 OR NOT messages MATCHES "Laminate: ")
        message(FATAL_ERROR "${flag}: returned ${status}, ${count} errors:\n${messages}")
    endif()
    math(EXPR refused "${refused} + 1")
    if(NOT flag STREQUAL "-ffast-math") # one is enough
        continue()
    endif()
    compile(${flags} -DLAMINATE_ALLOW_FAST_MATH)
    if(messages MATCHES "Laminate: |error: ")
        message(FATAL_ERROR "${flag} isn't allowed where it should be:\n${messages}")
    endif()
endforeach()
if(refused LESS 7)
    message(FATAL_ERROR "Only ${refused} flags were refused")
endif()
message("${refused} flags refused, one error each")
