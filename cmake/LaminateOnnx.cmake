# SPDX-License-Identifier: MIT
# Finds ONNX's message definitions as distributions package them (libonnx-dev): a header, and
# libonnx_proto, which needs protobuf. Its own package file is of no help: Debian 12's names targets
# of protobuf and files that aren't installed.
include_guard(GLOBAL)

# Sets laminate_onnx_missing to a sentence that says what to install, or to the empty string;
# afterwards laminate::onnx exists. A macro: find_package must act in the caller's scope.
macro(laminate_find_onnx)
    set(laminate_onnx_missing "")
    find_package(Protobuf 3.12 QUIET MODULE)
    find_path(LAMINATE_ONNX_INCLUDE_DIR onnx/onnx_pb.h
        DOC "The directory that holds onnx/onnx_pb.h")
    find_library(LAMINATE_ONNX_PROTO onnx_proto DOC "The library of ONNX's messages")
    mark_as_advanced(LAMINATE_ONNX_INCLUDE_DIR LAMINATE_ONNX_PROTO)
    if(NOT Protobuf_FOUND)
        string(APPEND laminate_onnx_missing
            "protobuf 3.12 or newer is needed (Debian, Ubuntu: libprotobuf-dev). ")
    endif()
    if(NOT LAMINATE_ONNX_INCLUDE_DIR OR NOT LAMINATE_ONNX_PROTO)
        string(APPEND laminate_onnx_missing
            "ONNX's messages are needed (Debian, Ubuntu: libonnx-dev); set "
            "LAMINATE_ONNX_INCLUDE_DIR and LAMINATE_ONNX_PROTO when they are elsewhere. ")
    endif()
    if(NOT laminate_onnx_missing AND NOT TARGET laminate::onnx)
        add_library(laminate::onnx INTERFACE IMPORTED GLOBAL)
        # Includes of imported targets are the system's, so their warnings aren't ours.
        target_include_directories(laminate::onnx INTERFACE "${LAMINATE_ONNX_INCLUDE_DIR}")
        target_compile_definitions(laminate::onnx INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)
        target_link_libraries(laminate::onnx INTERFACE
            "${LAMINATE_ONNX_PROTO}" protobuf::libprotobuf)
    endif()
endmacro()
