# SPDX-License-Identifier: MIT
# laminate_native: a target may use all instructions of the machine that compiles it.
include_guard(GLOBAL)
include(CheckCXXCompilerFlag)

# Sets `result` to the flag by which the compiler takes `arch`, or to nothing.
function(laminate_find_arch_flag arch result)
    set(${result} "" PARENT_SCOPE)
    foreach(flag -march -mcpu) # AArch64 before Clang 17 knows only -mcpu=native
        string(MAKE_C_IDENTIFIER "laminate_has${flag}_${arch}" known)
        check_cxx_compiler_flag(${flag}=${arch} ${known})
        if(${known})
            set(${result} ${flag}=${arch} PARENT_SCOPE)
            return()
        endif()
    endforeach()
endfunction()

#[[
laminate_native(<target>...)

Compiles the sources of each target for the instruction set of this machine (-march=native), which the
library's speed depends on. The program then runs on this kind of machine alone; sources that Laminate
generates need no flag.
]]
function(laminate_native)
    if(ARGC EQUAL 0)
        message(FATAL_ERROR "laminate_native: name a target\nUsage: laminate_native(<target>...)")
    endif()
    if(CMAKE_CROSSCOMPILING)
        message(FATAL_ERROR "laminate_native(${ARGV}): this machine isn't the one that the program will "
            "run on. Name its instruction set instead, such as "
            "target_compile_options(${ARGV0} PRIVATE -march=x86-64-v3)")
    endif()
    foreach(target IN LISTS ARGV)
        if(NOT TARGET ${target})
            message(FATAL_ERROR "laminate_native: there is no target '${target}'; create it with "
                "add_executable or add_library first")
        endif()
    endforeach()
    laminate_find_arch_flag(native flag)
    if(NOT flag)
        message(WARNING "laminate_native(${ARGV}): ${CMAKE_CXX_COMPILER} knows neither -march=native nor "
            "-mcpu=native; its default instruction set is used")
    endif()
    foreach(target IN LISTS ARGV)
        target_compile_options(${target} PRIVATE ${flag})
    endforeach()
endfunction()
