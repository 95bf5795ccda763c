# SPDX-License-Identifier: MIT
# laminate_add_network: a declared network and its weights become a C++ source of a target, at build.
include_guard(GLOBAL)

#[[
laminate_add_network(<target>
    NETWORK <type or constant>    # as written in C++, e.g. digits or my::network
    HEADER <file>                 # declares it
    WEIGHTS <file.safetensors>
    [NAME <name>]                 # of <name>.hpp, <name>.cpp and their symbols; default: WEIGHTS' stem
    [NAMESPACE <namespace>]       # default: NAME
    [SELF_TEST]                   # adds a function that checks golden vectors
    [C_INTERFACE])                # adds functions that C can call

Adds <name>.cpp to the target and lets the target include <name>.hpp. Both are written again when
HEADER, what it includes, or WEIGHTS change.
]]
function(laminate_add_network target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "SELF_TEST;C_INTERFACE"
        "NETWORK;HEADER;WEIGHTS;NAME;NAMESPACE" "")
    set(usage "laminate_add_network(<target> NETWORK <type> HEADER <file> WEIGHTS <file> [NAME n] "
        "[NAMESPACE ns] [SELF_TEST] [C_INTERFACE])")
    list(JOIN usage "" usage)
    if(NOT TARGET ${target})
        message(FATAL_ERROR "laminate_add_network: there is no target '${target}'; create it with "
            "add_executable or add_library first.\nUsage: ${usage}")
    endif()
    if(DEFINED arg_UNPARSED_ARGUMENTS)
        list(JOIN arg_UNPARSED_ARGUMENTS " " unknown)
        message(FATAL_ERROR "laminate_add_network(${target}): unknown arguments: ${unknown}\n"
            "Usage: ${usage}")
    endif()
    if(DEFINED arg_KEYWORDS_MISSING_VALUES)
        list(JOIN arg_KEYWORDS_MISSING_VALUES ", " keywords)
        message(FATAL_ERROR "laminate_add_network(${target}): ${keywords} needs a value\n"
            "Usage: ${usage}")
    endif()
    foreach(keyword NETWORK HEADER WEIGHTS)
        if(NOT DEFINED arg_${keyword})
            message(FATAL_ERROR "laminate_add_network(${target}): ${keyword} is missing\n"
                "Usage: ${usage}")
        endif()
    endforeach()
    if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
        message(FATAL_ERROR "laminate_add_network(${target}): the generator is built for "
            "${CMAKE_SYSTEM_NAME} ${CMAKE_SYSTEM_PROCESSOR} and has to run during the build. Set "
            "CMAKE_CROSSCOMPILING_EMULATOR (for example to qemu-aarch64), or generate the sources "
            "in a native build and add them to your project.")
    endif()

    get_filename_component(header "${arg_HEADER}" ABSOLUTE)
    get_filename_component(weights "${arg_WEIGHTS}" ABSOLUTE)
    foreach(keyword header weights)
        get_source_file_property(generated "${${keyword}}" GENERATED)
        if(NOT generated AND NOT EXISTS "${${keyword}}")
            string(TOUPPER ${keyword} upper)
            message(FATAL_ERROR "laminate_add_network(${target}): ${upper} ${${keyword}} "
                "doesn't exist and no rule of this directory makes it")
        endif()
    endforeach()
    if(NOT DEFINED arg_NAME)
        get_filename_component(arg_NAME "${weights}" NAME_WE)
    endif()
    if(NOT DEFINED arg_NAMESPACE)
        set(arg_NAMESPACE "${arg_NAME}")
    endif()
    if(NOT arg_NAME MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
        message(FATAL_ERROR "laminate_add_network(${target}): NAME '${arg_NAME}' is not a C++ "
            "identifier; say NAME <identifier>")
    endif()
    if(NOT arg_NAMESPACE MATCHES "^[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*$")
        message(FATAL_ERROR "laminate_add_network(${target}): NAMESPACE '${arg_NAMESPACE}' is not "
            "a C++ namespace")
    endif()

    set(dir "${CMAKE_CURRENT_BINARY_DIR}/laminate/${target}")
    set(generator "${target}_${arg_NAME}_generator")
    set(NETWORK "${arg_NETWORK}")
    set(HEADER "${header}")
    set(NAME "${arg_NAME}")
    set(NAMESPACE "${arg_NAMESPACE}")
    foreach(option SELF_TEST C_INTERFACE)
        set(${option} false)
        if(arg_${option})
            set(${option} true)
        endif()
    endforeach()
    configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/generator_main.cpp.in"
        "${dir}/generator/${arg_NAME}.cpp" @ONLY)

    # What the header may include is what the target may include.
    add_executable(${generator} EXCLUDE_FROM_ALL "${dir}/generator/${arg_NAME}.cpp")
    get_filename_component(header_dir "${header}" DIRECTORY)
    target_include_directories(${generator} PRIVATE "${header_dir}"
        "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>")
    target_link_libraries(${generator} PRIVATE laminate::codegen)

    set(written "${dir}/${arg_NAME}.hpp" "${dir}/${arg_NAME}.cpp")
    if(arg_C_INTERFACE)
        list(APPEND written "${dir}/${arg_NAME}.h")
    endif()
    add_custom_command(
        OUTPUT ${written}
        COMMAND ${generator} "${weights}" "${dir}"
        DEPENDS ${generator} "${weights}" "${header}"
        COMMENT "Laminate: writing ${arg_NAME}.hpp and ${arg_NAME}.cpp"
        VERBATIM)
    target_sources(${target} PRIVATE ${written})
    target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${dir}>")
endfunction()
