# SPDX-License-Identifier: MIT
# Functions for tests/CMakeLists.txt: kinds of test that CTest doesn't have by itself.
include_guard(GLOBAL)
include(CheckCXXSourceRuns)

# The flags that compile a file as a user of laminate::laminate would, for commands outside the build.
get_target_property(laminate_user_includes laminate::xsimd INTERFACE_INCLUDE_DIRECTORIES)
get_target_property(boost_includes Boost::headers INTERFACE_INCLUDE_DIRECTORIES)
list(APPEND laminate_user_includes ${boost_includes})
list(REMOVE_DUPLICATES laminate_user_includes)
list(REMOVE_ITEM laminate_user_includes ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
list(TRANSFORM laminate_user_includes PREPEND -isystem)
set(laminate_user_flags -std=c++20 -I${PROJECT_SOURCE_DIR}/include ${laminate_user_includes})
list(JOIN laminate_user_flags "," laminate_user_flags_list)

# must_not_compile.<case> for each file. Nearly all of their time would be that of the same headers:
# the first test compiles them once.
function(laminate_must_not_compile)
    set(header ${CMAKE_CURRENT_BINARY_DIR}/must_not_compile/library.hpp)
    file(CONFIGURE OUTPUT ${header} CONTENT "#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>
#include <laminate/model/model.hpp>
")
    add_test(NAME must_not_compile
        COMMAND ${CMAKE_CXX_COMPILER} ${laminate_user_flags} -x c++-header ${header} -o ${header}.gch)
    set_tests_properties(must_not_compile PROPERTIES LABELS further FIXTURES_SETUP must_not_compile)
    foreach(source IN LISTS ARGV)
        get_filename_component(case ${source} NAME_WE)
        add_test(NAME must_not_compile.${case}
            COMMAND ${CMAKE_COMMAND} -DCOMPILER=${CMAKE_CXX_COMPILER}
                -DFLAGS=${laminate_user_flags_list} -DPRECOMPILED=${header} -DSOURCE=${source}
                -P ${PROJECT_SOURCE_DIR}/cmake/must_not_compile.cmake)
        set_tests_properties(must_not_compile.${case} PROPERTIES
            LABELS further FIXTURES_REQUIRED must_not_compile)
    endforeach()
endfunction()

# must_compile.<case> for each file: without an error or a warning.
function(laminate_must_compile)
    foreach(source IN LISTS ARGN)
        get_filename_component(case ${source} NAME_WE)
        add_test(NAME must_compile.${case}
            COMMAND ${CMAKE_CXX_COMPILER} ${laminate_user_flags} -I${PROJECT_BINARY_DIR}/codegen/include
                -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only ${source})
        set_tests_properties(must_compile.${case} PROPERTIES LABELS further)
    endforeach()
endfunction()

# Builds every header as a source of its own, by itself, with the warnings of our own code.
function(laminate_headers_alone target standard root)
    set(sources "")
    foreach(header IN LISTS ARGN)
        string(REPLACE "/" "." name ${header})
        set(source ${CMAKE_CURRENT_BINARY_DIR}/${target}/${name}.cpp)
        file(CONFIGURE OUTPUT ${source} CONTENT "#include \"@root@/@header@\"\n" @ONLY)
        list(APPEND sources ${source})
    endforeach()
    add_library(${target} OBJECT ${sources})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include)
    set_target_properties(${target} PROPERTIES
        CXX_STANDARD ${standard} CXX_STANDARD_REQUIRED ON)
    laminate_own(${target})
endfunction()

# Instruction sets and flags under which a program must print the same, as name:flag,flag... Only
# what this machine can run is built.
function(laminate_find_variants result)
    set(found "")
    # Flags that touch floating point and may be given: docs/standalone.md.
    set(laminate_harmless_flags -fno-math-errno,-fno-trapping-math,-frounding-math,-mrecip)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        string(APPEND laminate_harmless_flags ,-fsignaling-nans,-ffloat-store,-fcx-limited-range)
    else()
        string(APPEND laminate_harmless_flags ,-fdenormal-fp-math=preserve-sign)
    endif()
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        list(APPEND found baseline_O1:-march=x86-64,-O1) # nothing there to contract to
        set(CMAKE_REQUIRED_QUIET ON)
        check_cxx_source_runs("int main() { return !(__builtin_cpu_supports(\"avx2\")
            && __builtin_cpu_supports(\"fma\")); }" laminate_runs_avx2)
        check_cxx_source_runs("int main() { return !(__builtin_cpu_supports(\"avx512f\")
            && __builtin_cpu_supports(\"avx512bw\") && __builtin_cpu_supports(\"avx512dq\")
            && __builtin_cpu_supports(\"avx512vl\")); }" laminate_runs_avx512)
        if(laminate_runs_avx2)
            list(APPEND found
                avx2_O3:-march=x86-64-v3,-O3,-ffp-contract=fast,${laminate_harmless_flags})
        endif()
        if(laminate_runs_avx512)
            list(APPEND found avx512_O2:-march=x86-64-v4,-O2,-ffp-contract=fast)
        endif()
    else()
        list(APPEND found native_O3:-O3 native_O2_no_contraction:-O2,-ffp-contract=off)
    endif()
    set(${result} ${found} PARENT_SCOPE)
endfunction()

# same_bits.<name>: the program, built per variant, prints the same everywhere. What it printed is
# left in <build>/tests/bits/<name>.txt, for comparison with other compilers and machines.
function(laminate_same_bits name)
    laminate_find_variants(variants)
    set(programs "")
    foreach(variant IN LISTS variants)
        string(REGEX MATCH "^([^:]*):(.*)$" unused ${variant})
        set(target bits_${name}_${CMAKE_MATCH_1})
        string(REPLACE "," ";" flags ${CMAKE_MATCH_2})
        add_executable(${target} ${ARGN})
        target_link_libraries(${target} PRIVATE laminate laminate_warnings)
        target_compile_options(${target} PRIVATE ${flags})
        set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
        target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
        list(APPEND programs $<TARGET_FILE:${target}>)
    endforeach()
    list(JOIN programs "," programs)
    add_test(NAME same_bits.${name}
        COMMAND ${CMAKE_COMMAND} -DPROGRAMS=${programs}
            -DOUTPUT=${CMAKE_CURRENT_BINARY_DIR}/bits/${name}.txt
            -P ${PROJECT_SOURCE_DIR}/cmake/same_output.cmake)
    set_tests_properties(same_bits.${name} PROPERTIES LABELS further)
endfunction()
