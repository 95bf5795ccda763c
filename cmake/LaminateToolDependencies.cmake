# SPDX-License-Identifier: MIT
# Finds what the importer and the command line tool need beside the library: protobuf, ONNX's message
# definitions, CLI11, {fmt} and nlohmann-json, all as packaged.
include_guard(GLOBAL)

# Sets laminate_tool_missing to a sentence that says what to install, or to the empty string;
# afterwards laminate_onnx_messages and the packages' own targets exist.
macro(laminate_find_tool_dependencies)
    set(laminate_tool_missing "")
    find_package(Protobuf QUIET)
    find_package(CLI11 QUIET)
    find_package(fmt QUIET)
    find_package(nlohmann_json QUIET)
    # Debian's ONNX package file needs more than what it installs, so look for the library itself.
    find_path(LAMINATE_ONNX_INCLUDE_DIR onnx/onnx_pb.h DOC "The directory that holds onnx/onnx_pb.h")
    find_library(LAMINATE_ONNX_LIBRARY onnx_proto DOC "ONNX's message definitions, compiled")
    mark_as_advanced(LAMINATE_ONNX_INCLUDE_DIR LAMINATE_ONNX_LIBRARY)
    set(laminate_wanted "")
    foreach(pair "protobuf::libprotobuf=libprotobuf-dev protobuf-compiler" "CLI11::CLI11=libcli11-dev"
            "fmt::fmt=libfmt-dev" "nlohmann_json::nlohmann_json=nlohmann-json3-dev")
        string(REGEX MATCH "^(.*)=(.*)$" laminate_unused "${pair}")
        if(NOT TARGET ${CMAKE_MATCH_1})
            string(APPEND laminate_wanted " ${CMAKE_MATCH_2}")
        endif()
    endforeach()
    if(NOT LAMINATE_ONNX_INCLUDE_DIR OR NOT LAMINATE_ONNX_LIBRARY)
        string(APPEND laminate_wanted " libonnx-dev")
    endif()
    if(laminate_wanted)
        set(laminate_tool_missing
            "Install what it needs (Debian, Ubuntu: apt-get install${laminate_wanted}). ")
    elseif(NOT TARGET laminate_onnx_messages)
        add_library(laminate_onnx_messages INTERFACE IMPORTED)
        target_include_directories(laminate_onnx_messages SYSTEM INTERFACE
            "${LAMINATE_ONNX_INCLUDE_DIR}")
        target_compile_definitions(laminate_onnx_messages INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
        target_link_libraries(laminate_onnx_messages INTERFACE
            "${LAMINATE_ONNX_LIBRARY}" protobuf::libprotobuf)
    endif()
endmacro()
