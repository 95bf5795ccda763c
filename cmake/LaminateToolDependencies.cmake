# SPDX-License-Identifier: MIT
# Finds what the command line tool needs beside the importer: CLI11, {fmt} and nlohmann-json, as
# packaged.
include_guard(GLOBAL)

# Sets laminate_tool_missing to a sentence that says what to install, or to the empty string;
# afterwards the packages' own targets exist.
macro(laminate_find_tool_dependencies)
    set(laminate_tool_missing "")
    find_package(CLI11 QUIET)
    find_package(fmt QUIET)
    find_package(nlohmann_json QUIET)
    foreach(pair "CLI11::CLI11=CLI11 2.1 or newer is needed (Debian, Ubuntu: libcli11-dev). "
            "fmt::fmt={fmt} 9 or newer is needed (libfmt-dev). "
            "nlohmann_json::nlohmann_json=nlohmann-json is needed (nlohmann-json3-dev). ")
        string(REGEX MATCH "^([^=]*)=(.*)$" laminate_unused "${pair}")
        if(NOT TARGET ${CMAKE_MATCH_1})
            string(APPEND laminate_tool_missing "${CMAKE_MATCH_2}")
        endif()
    endforeach()
endmacro()
