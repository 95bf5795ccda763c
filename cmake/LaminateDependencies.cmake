# SPDX-License-Identifier: MIT
# Finds what Laminate's headers need: Boost.Hana and xsimd, both header-only. Used by Laminate's own
# build and by the installed package, so that both look in the same places.
include_guard(GLOBAL)

# Sets laminate_missing to a sentence that says what to install, or to the empty string; afterwards
# Boost::headers and laminate::xsimd exist. A macro: find_package must act in the caller's scope.
macro(laminate_find_dependencies)
    set(laminate_missing "")
    if(POLICY CMP0167)
        cmake_policy(PUSH)
        cmake_policy(SET CMP0167 NEW) # Boost's own package file, not CMake's old FindBoost
    endif()
    find_package(Boost 1.74 QUIET)
    if(POLICY CMP0167)
        cmake_policy(POP)
    endif()
    if(NOT TARGET Boost::headers)
        string(APPEND laminate_missing "Boost 1.74 or newer is needed for Boost.Hana "
            "(Debian, Ubuntu: libboost-dev); set Boost_ROOT when it is not where CMake looks. ")
    endif()
    laminate_find_xsimd()
endmacro()

# xsimd's package file of Debian 12 also links 'xtl', which is not installed with it and which
# Laminate doesn't use; so only the include directory is taken from there. Its version file calls
# 13 incompatible with 8, so the version is read from the header.
macro(laminate_find_xsimd)
    if(NOT TARGET laminate::xsimd)
        find_package(xsimd CONFIG QUIET)
        set(laminate_xsimd_hint "")
        if(TARGET xsimd)
            get_target_property(laminate_xsimd_hint xsimd INTERFACE_INCLUDE_DIRECTORIES)
            string(REGEX REPLACE "\\$<BUILD_INTERFACE:([^>]*)>" "\\1"
                laminate_xsimd_hint "${laminate_xsimd_hint}")
        endif()
        find_path(LAMINATE_XSIMD_INCLUDE_DIR xsimd/xsimd.hpp HINTS ${laminate_xsimd_hint}
            DOC "The directory that holds xsimd/xsimd.hpp")
        mark_as_advanced(LAMINATE_XSIMD_INCLUDE_DIR)
        set(laminate_xsimd_version 0)
        if(LAMINATE_XSIMD_INCLUDE_DIR)
            file(STRINGS "${LAMINATE_XSIMD_INCLUDE_DIR}/xsimd/config/xsimd_config.hpp"
                laminate_xsimd_lines REGEX "define XSIMD_VERSION_(MAJOR|MINOR|PATCH)")
            string(REGEX REPLACE "[^0-9;]" "" laminate_xsimd_version "${laminate_xsimd_lines}")
            list(JOIN laminate_xsimd_version "." laminate_xsimd_version)
        endif()
        if(laminate_xsimd_version VERSION_LESS 8.1)
            string(APPEND laminate_missing
                "xsimd 8.1 or newer is needed (Debian, Ubuntu: libxsimd-dev), found "
                "'${LAMINATE_XSIMD_INCLUDE_DIR}'; set LAMINATE_XSIMD_INCLUDE_DIR to the directory "
                "that holds xsimd/xsimd.hpp. ")
        else()
            add_library(laminate::xsimd INTERFACE IMPORTED GLOBAL)
            target_include_directories(laminate::xsimd INTERFACE "${LAMINATE_XSIMD_INCLUDE_DIR}")
        endif()
    endif()
endmacro()
