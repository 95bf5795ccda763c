# SPDX-License-Identifier: MIT
# What only Laminate's own targets get: warnings as errors, and the machine's instruction set.
# Nothing of this is exported or reaches a project that links Laminate.
include_guard(GLOBAL)

# On in every preset; off for whoever builds Laminate with a compiler we have not met.
option(LAMINATE_WARNINGS_AS_ERRORS "Treat warnings in Laminate's own targets as errors" OFF)

# A compiler that CI doesn't run may warn of something new: no reason to stop whoever tries it.
set(laminate_errors FALSE)
if(LAMINATE_WARNINGS_AS_ERRORS AND "${CMAKE_CXX_COMPILER_ID}-${CMAKE_CXX_COMPILER_VERSION}"
        MATCHES "^(GNU-12|Clang-19)[.]")
    set(laminate_errors TRUE)
endif()

add_library(laminate_warnings INTERFACE)
# Tests are for each instruction set, and generators and the tool for every machine.
target_compile_definitions(laminate_warnings INTERFACE LAMINATE_ALLOW_NO_FMA)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(laminate_warnings INTERFACE
        -Wall -Wextra -Wpedantic -Wconversion -Wshadow
        $<$<BOOL:${laminate_errors}>:-Werror>)
    # GCC 12 reports its own vector intrinsics and std::string in optimised code as uninitialised
    # or overlapping (GCC bugs 105593, 105651); these four stay warnings there.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(laminate_warnings INTERFACE
            -Wno-error=maybe-uninitialized -Wno-error=restrict
            -Wno-error=stringop-overflow -Wno-error=array-bounds)
    endif()
elseif(MSVC)
    target_compile_options(laminate_warnings INTERFACE /W4 /permissive-)
endif()

set(laminate_arch_flag "")
if(LAMINATE_ARCH)
    laminate_find_arch_flag(${LAMINATE_ARCH} laminate_arch_flag)
    if(NOT laminate_arch_flag)
        message(WARNING "Laminate: ${CMAKE_CXX_COMPILER} knows neither -march=${LAMINATE_ARCH} nor "
            "-mcpu=${LAMINATE_ARCH}; tests and benchmarks use its default instruction set")
    endif()
endif()

# Marks targets as Laminate's own tests, examples and benchmarks. (laminate_codegen is not: what is
# installed has to run on other machines.)
function(laminate_own)
    foreach(target IN LISTS ARGV)
        target_link_libraries(${target} PRIVATE laminate_warnings)
        target_compile_options(${target} PRIVATE ${laminate_arch_flag})
        set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
    endforeach()
endfunction()

# For what reads files and command lines: -O3 takes half as long again to compile as -O1,
# and nobody would notice.
function(laminate_compile_fast target)
    target_compile_options(${target} PRIVATE
        $<$<AND:$<CXX_COMPILER_ID:GNU,Clang,AppleClang>,$<CONFIG:Release,RelWithDebInfo>>:-O1>)
endfunction()

# These sources of a target become one object: apart from each other they compile several times as
# long, for the same headers. Names in their unnamed namespaces must differ.
function(laminate_compile_together target group)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    set_source_files_properties(${ARGN} PROPERTIES UNITY_GROUP ${group})
endfunction()

# Python for the scripts of tests and CI: the system's before any other on PATH, because NumPy and
# onnx come as the system's packages.
find_program(LAMINATE_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(LAMINATE_PYTHON NAMES python3 python)
