# SPDX-License-Identifier: MIT
# laminate_add_network: a declared network and its weights become a C++ source of a target, at build.
# laminate_add_model: so does a model file, through the tool `laminate`.
include_guard(GLOBAL)
# Whatever the project asks for: depfiles and generated sources of other directories need it.
cmake_policy(VERSION 3.25...3.31)

# What both functions refuse in the same words. A macro: it looks at what the caller has parsed.
macro(laminate_check_call function target usage)
    if(NOT TARGET ${target})
        message(FATAL_ERROR "${function}: there is no target '${target}'; create it with "
            "add_executable or add_library first.\nUsage: ${usage}")
    endif()
    if(DEFINED arg_UNPARSED_ARGUMENTS)
        list(JOIN arg_UNPARSED_ARGUMENTS " " unknown)
        message(FATAL_ERROR "${function}(${target}): unknown arguments: ${unknown}\n"
            "Usage: ${usage}")
    endif()
    if(DEFINED arg_KEYWORDS_MISSING_VALUES)
        list(JOIN arg_KEYWORDS_MISSING_VALUES ", " keywords)
        message(FATAL_ERROR "${function}(${target}): ${keywords} needs a value\n"
            "Usage: ${usage}")
    endif()
endmacro()

# A file that a keyword names must be there, or be made by a rule.
function(laminate_check_file call keyword path)
    get_source_file_property(generated "${path}" GENERATED)
    if(NOT generated AND NOT EXISTS "${path}")
        message(FATAL_ERROR "${call}: ${keyword} ${path} doesn't exist and no rule of this directory "
            "makes it")
    endif()
endfunction()

# TARGETS are `flags` alone, or instruction sets that there are.
function(laminate_check_targets call)
    foreach(target IN LISTS ARGN)
        if(NOT target MATCHES "^(x86-64|x86-64-v3|x86-64-v4)$" AND NOT ARGN STREQUAL "flags")
            message(FATAL_ERROR "${call}: TARGETS '${target}' is not to be used; say some of x86-64 "
                "x86-64-v3 x86-64-v4, or flags alone for what the compiler's flags allow")
        endif()
    endforeach()
endfunction()

# Names are checked, and made up from a file's, as in codegen/emit/name.cpp, whose words these are: the
# files that the tool will write must be known before it is built.

# Whether a list of taken_names.inc holds `word`, or "pthread_*" for all that begin so.
function(laminate_is_taken list word result)
    file(READ "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/taken_names.inc" words)
    string(REGEX MATCH "R\"${list}[(]([^)]*)[)]" words "${words}")
    string(REGEX MATCH "^[A-Za-z0-9]*_" family "${word}")
    set(${result} FALSE PARENT_SCOPE)
    if(words MATCHES "[ \n]${word}[ \n]" OR (family AND words MATCHES "[ \n]${family}[*][ \n]"))
        set(${result} TRUE PARENT_SCOPE)
    endif()
endfunction()

# What is wrong with an identifier, or nothing.
function(laminate_word_complaint word result)
    set(why "")
    if(NOT word MATCHES "^[A-Za-z][A-Za-z0-9_]*$" OR word MATCHES "__")
        set(why "is not a C++ identifier that a program may use")
    elseif(word MATCHES "^(std|laminate)$")
        set(why "is the namespace of a library")
    else()
        foreach(list IN ITEMS keywords macros)
            laminate_is_taken(${list} "${word}" taken)
            if(taken)
                set(why "is among the ${list} of the compiler or of standard headers")
            endif()
        endforeach()
    endif()
    set(${result} "${why}" PARENT_SCOPE)
endfunction()

# What is wrong with the name of sources, which without a namespace are in one of that name.
function(laminate_name_complaint name namespace c_interface result)
    laminate_word_complaint("${name}" why)
    string(TOLOWER "${name}" file)
    if(NOT why)
        laminate_is_taken(devices "${file}" device)
        laminate_is_taken(headers "${file}" header)
        laminate_is_taken(declared "${name}" declared)
        if(device)
            set(why "is a device's on Windows")
        elseif(header AND c_interface)
            set(why "would name the C interface as a standard header, ${file}.h")
        elseif(declared AND namespace STREQUAL "")
            set(why "is declared by a standard header, and so can't be a namespace")
        endif()
    endif()
    set(${result} "${why}" PARENT_SCOPE)
endfunction()

function(laminate_check_names call name namespace c_interface)
    laminate_name_complaint("${name}" "${namespace}" "${c_interface}" why)
    if(why)
        message(FATAL_ERROR "${call}: NAME '${name}' ${why}; say NAME <identifier>, or another "
            "NAMESPACE")
    endif()
    if(namespace MATCHES "[^A-Za-z0-9_:]|^:|:$")
        message(FATAL_ERROR "${call}: NAMESPACE '${namespace}' is not a C++ namespace")
    endif()
    string(REPLACE "::" ";" parts "${namespace}")
    set(first TRUE)
    foreach(part IN LISTS parts)
        laminate_word_complaint("${part}" why)
        laminate_is_taken(declared "${part}" declared)
        if(first AND declared AND NOT why)
            set(why "is declared by a standard header as something else")
        endif()
        if(why)
            message(FATAL_ERROR "${call}: NAMESPACE '${namespace}' is not to be used, because "
                "'${part}' ${why}; say identifiers joined by ::")
        endif()
        set(first FALSE)
    endforeach()
endfunction()

# A name that laminate_check_names accepts, like a file's: "acas-xu" gives "acas_xu", "time" gives
# "network_time", unless it is in a namespace.
function(laminate_name_like call stem namespace c_interface result)
    string(REGEX REPLACE "[^A-Za-z0-9]+" "_" name "${stem}")
    string(REGEX REPLACE "^_|_$" "" name "${name}")
    laminate_name_complaint("${name}" "${namespace}" "${c_interface}" why)
    if(name STREQUAL "")
        set(name network)
    elseif(why)
        string(PREPEND name network_)
    endif()
    if(NOT name STREQUAL stem)
        message(STATUS "${call}: the files are called ${name} because of '${stem}'; NAME gives them "
            "another name")
    endif()
    set(${result} "${name}" PARENT_SCOPE)
endfunction()

# What a rule of this directory writes becomes part of the target. A rule serves only targets of its
# own directory, so that a target made elsewhere waits for one of these.
function(laminate_add_written target name)
    set(rule "${target}_${name}_sources")
    add_custom_target(${rule} DEPENDS ${ARGN})
    add_dependencies(${target} ${rule})
    set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target} PROPERTIES GENERATED TRUE)
    target_sources(${target} PRIVATE ${ARGN})
    target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${dir}>")
endfunction()

# <target>_<name>_bench, a target that is built on demand: `program`, a target or a path, prints with
# these arguments how long the network takes on this machine.
set(LAMINATE_BENCH_SECONDS 6 CACHE STRING
    "How long the targets <target>_<name>_bench time a network, beside compiling it")
mark_as_advanced(LAMINATE_BENCH_SECONDS)
function(laminate_add_bench target name program)
    if(TARGET ${program})
        set(program $<TARGET_FILE:${program}>)
    endif()
    add_custom_target(${target}_${name}_bench
        COMMAND ${CMAKE_COMMAND} -E env "CXX=${CMAKE_CXX_COMPILER}" "${program}" ${ARGN}
        WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
        COMMENT "Laminate: timing ${name}"
        USES_TERMINAL
        VERBATIM)
endfunction()

#[[
laminate_add_network(<target>
    NETWORK <type or constant>    # as written in C++, e.g. digits or my::network
    HEADER <file>                 # declares it
    WEIGHTS <file.safetensors>
    [NAME <name>]                 # of <name>.hpp, <name>.cpp and their symbols; default: like WEIGHTS' stem
    [NAMESPACE <namespace>]       # default: NAME
    [SELF_TEST]                   # adds a function that checks golden vectors
    [C_INTERFACE]                 # adds functions that C can call
    [TARGETS <name>...])          # instruction sets to choose from at run time, as the tool's --targets:
                                  # of x86-64 x86-64-v3 x86-64-v4 (default: all), or flags

Adds <name>.cpp to the target and lets the target include <name>.hpp. Both are written again when
HEADER, what it includes, or WEIGHTS change. The target <target>_<name>_bench, which is built only on
demand, times the network as `laminate bench` does.
]]
function(laminate_add_network target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "SELF_TEST;C_INTERFACE"
        "NETWORK;HEADER;WEIGHTS;NAME;NAMESPACE" "TARGETS")
    set(usage "laminate_add_network(<target> NETWORK <type> HEADER <file> WEIGHTS <file> [NAME n] "
        "[NAMESPACE ns] [SELF_TEST] [C_INTERFACE] [TARGETS t...])")
    list(JOIN usage "" usage)
    laminate_check_call(laminate_add_network ${target} "${usage}")
    foreach(keyword NETWORK HEADER WEIGHTS)
        if(NOT DEFINED arg_${keyword})
            message(FATAL_ERROR "laminate_add_network(${target}): ${keyword} is missing\n"
                "Usage: ${usage}")
        endif()
    endforeach()
    laminate_check_targets("laminate_add_network(${target})" ${arg_TARGETS})
    if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
        message(FATAL_ERROR "laminate_add_network(${target}): the generator is built for "
            "${CMAKE_SYSTEM_NAME} ${CMAKE_SYSTEM_PROCESSOR} and has to run during the build. Set "
            "CMAKE_CROSSCOMPILING_EMULATOR (for example to qemu-aarch64), or generate the sources "
            "in a native build and add them to your project.")
    endif()

    get_filename_component(header "${arg_HEADER}" ABSOLUTE)
    get_filename_component(weights "${arg_WEIGHTS}" ABSOLUTE)
    laminate_check_file("laminate_add_network(${target})" HEADER "${header}")
    laminate_check_file("laminate_add_network(${target})" WEIGHTS "${weights}")
    if(NOT DEFINED arg_NAME)
        get_filename_component(stem "${weights}" NAME_WE)
        laminate_name_like("laminate_add_network(${target})" "${stem}" "${arg_NAMESPACE}"
            "${arg_C_INTERFACE}" arg_NAME)
    endif()
    laminate_check_names("laminate_add_network(${target})" "${arg_NAME}" "${arg_NAMESPACE}"
        "${arg_C_INTERFACE}")
    if(NOT DEFINED arg_NAMESPACE)
        set(arg_NAMESPACE "${arg_NAME}")
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
    set(TARGETS "")
    if(DEFINED arg_TARGETS)
        list(FILTER arg_TARGETS EXCLUDE REGEX "^flags$")
        list(TRANSFORM arg_TARGETS REPLACE "-" "_")
        list(TRANSFORM arg_TARGETS PREPEND "laminate::target::")
        list(JOIN arg_TARGETS ", " TARGETS)
        set(TARGETS "options.targets = {${TARGETS}};")
    endif()
    configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/generator_main.cpp.in"
        "${dir}/generator/${arg_NAME}.cpp" @ONLY)

    # What the header may include is what the target may include.
    add_executable(${generator} EXCLUDE_FROM_ALL "${dir}/generator/${arg_NAME}.cpp")
    get_filename_component(header_dir "${header}" DIRECTORY)
    target_include_directories(${generator} PRIVATE "${header_dir}"
        "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>")
    target_link_libraries(${generator} PRIVATE laminate::codegen)
    target_compile_definitions(${generator} PRIVATE LAMINATE_ALLOW_NO_FMA) # it runs once

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
    laminate_add_written(${target} ${arg_NAME} ${written})
    laminate_add_bench(${target} ${arg_NAME} ${generator} "${weights}" --bench
        ${LAMINATE_BENCH_SECONDS})
endfunction()

# The command that runs the tool: built with Laminate, or of the machine that builds.
function(laminate_find_tool call result)
    set(cross FALSE)
    if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
        set(cross TRUE)
    endif()
    if(LAMINATE_TOOL)
        find_program(program "${LAMINATE_TOOL}" NO_CACHE)
        if(NOT program)
            message(FATAL_ERROR "${call}: LAMINATE_TOOL is '${LAMINATE_TOOL}', but there is no such "
                "program")
        endif()
        set(${result} "${program}" PARENT_SCOPE)
    elseif(cross)
        message(FATAL_ERROR "${call}: laminate is built for ${CMAKE_SYSTEM_NAME} "
            "${CMAKE_SYSTEM_PROCESSOR} and has to run during the build. Set LAMINATE_TOOL to a "
            "laminate of this machine, or CMAKE_CROSSCOMPILING_EMULATOR (for example to "
            "qemu-aarch64)")
    elseif(TARGET laminate::tool)
        set(${result} laminate::tool PARENT_SCOPE)
        get_target_property(installed laminate::tool IMPORTED)
        if(NOT installed AND NOT laminate_IS_TOP_LEVEL)
            message(STATUS "${call}: the first build compiles the tool, which takes a minute or two. "
                "find_package(laminate), or LAMINATE_TOOL, takes one that is installed")
        endif()
    else()
        get_property(missing GLOBAL PROPERTY laminate_tool_missing)
        message(FATAL_ERROR "${call}: the tool that reads models was not built with Laminate. "
            "${missing}Then configure Laminate again, or set LAMINATE_TOOL to a "
            "laminate that is installed elsewhere")
    endif()
endfunction()

#[[
laminate_add_model(<target> <model.onnx>
    [NAME <name>]                 # of <name>.hpp, <name>.cpp and their symbols; default: like the file's stem
    [NAMESPACE <namespace>]       # default: that of the tool: NAME, with --dsl none
    [TARGETS <name>...]           # instruction sets to choose from at run time, as the tool's --targets:
                                  # of x86-64 x86-64-v3 x86-64-v4 (default: all), or flags
    [OPTIONS <option>...]         # of `laminate generate`, such as --self-test or --input-range -1,1
    [DEPENDS <file>...]           # what the model needs beside the external data that it names
    [VERIFY <x.npy> <y.npy>])     # adds a test: `laminate verify` with these inputs and outputs

Adds <name>.cpp to the target and lets the target include <name>.hpp. Both are written again when the
model or its external data change. With --dsl <name>_network.hpp declares the network instead,
with <name>.safetensors beside it, and the target is linked with laminate::laminate. The target
<target>_<name>_bench, which is built only on demand, times the network: `laminate bench`.
]]
function(laminate_add_model target model)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "NAME;NAMESPACE" "TARGETS;OPTIONS;DEPENDS;VERIFY")
    set(usage "laminate_add_model(<target> <model.onnx> [NAME n] [NAMESPACE ns] [TARGETS t...] "
        "[OPTIONS o...] [DEPENDS file...] [VERIFY x.npy y.npy])")
    list(JOIN usage "" usage)
    laminate_check_call(laminate_add_model ${target} "${usage}")
    set(call "laminate_add_model(${target})")
    laminate_check_targets("${call}" ${arg_TARGETS})
    get_filename_component(model "${model}" ABSOLUTE)
    laminate_check_file("${call}" "the model" "${model}")
    set(c_interface FALSE)
    if("--c-interface" IN_LIST arg_OPTIONS)
        set(c_interface TRUE)
    endif()
    if(NOT DEFINED arg_NAME)
        cmake_path(GET model STEM LAST_ONLY stem)
        laminate_name_like("${call}" "${stem}" "${arg_NAMESPACE}" ${c_interface} arg_NAME)
    endif()
    laminate_check_names("${call}" "${arg_NAME}" "${arg_NAMESPACE}" ${c_interface})
    set(namespace "")
    if(DEFINED arg_NAMESPACE)
        set(namespace --namespace "${arg_NAMESPACE}")
    endif()
    if(DEFINED arg_VERIFY)
        laminate_check_vectors("${call}" vectors ${arg_VERIFY})
    endif()
    laminate_find_tool("${call}" tool)

    # These have keywords of their own or are decided here.
    foreach(option IN LISTS arg_OPTIONS)
        if(option MATCHES "^(-o|--output|--name|--namespace|--targets|--depfile|--json)(=|$)")
            message(FATAL_ERROR "${call}: OPTIONS may not hold ${CMAKE_MATCH_1}: the files' place is "
                "decided by CMake, their names by NAME and NAMESPACE, instruction sets by TARGETS")
        endif()
    endforeach()
    set(targets "")
    if(DEFINED arg_TARGETS)
        list(JOIN arg_TARGETS "," targets)
        set(targets --targets "${targets}")
    endif()
    string(REPLACE "--weights;binary" "--weights=binary" options "${arg_OPTIONS}")
    set(dir "${CMAKE_CURRENT_BINARY_DIR}/laminate/${target}")
    if("--dsl" IN_LIST options)
        set(written "${dir}/${arg_NAME}_network.hpp" "${dir}/${arg_NAME}.safetensors")
        target_link_libraries(${target} PRIVATE laminate::laminate)
    else()
        set(written "${dir}/${arg_NAME}.hpp" "${dir}/${arg_NAME}.cpp")
    endif()
    if("--c-interface" IN_LIST options)
        list(APPEND written "${dir}/${arg_NAME}.h")
    endif()
    if("--weights=binary" IN_LIST options)
        list(APPEND written "${dir}/${arg_NAME}.weights")
    endif()
    list(SORT written) # as the depfile has them: Ninja looks for the first one there
    list(TRANSFORM arg_DEPENDS REPLACE "^([^/].*)$" "${CMAKE_CURRENT_SOURCE_DIR}/\\1")
    add_custom_command(
        OUTPUT ${written}
        COMMAND ${tool} generate "${model}" --output "${dir}" --name "${arg_NAME}"
            ${namespace} ${targets} --depfile "${dir}/${arg_NAME}.d" ${arg_OPTIONS}
        DEPENDS ${tool} "${model}" ${arg_DEPENDS}
        DEPFILE "${dir}/${arg_NAME}.d"
        WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" # paths in OPTIONS are relative to it
        COMMENT "Laminate: writing ${arg_NAME} from ${model}"
        VERBATIM)
    laminate_add_written(${target} ${arg_NAME} ${written})

    laminate_reading_options(reading ${arg_OPTIONS})
    laminate_add_bench(${target} ${arg_NAME} ${tool} bench "${model}" ${reading}
        --seconds ${LAMINATE_BENCH_SECONDS})
    if(DEFINED arg_VERIFY)
        laminate_add_verification(${target} ${tool} "${model}" ${reading})
    endif()
endfunction()

function(laminate_check_vectors call result)
    list(LENGTH ARGN count)
    if(NOT count EQUAL 2)
        message(FATAL_ERROR "${call}: VERIFY needs two files, the inputs and their outputs; found "
            "${count}")
    endif()
    set(paths "")
    foreach(path IN LISTS ARGN)
        get_filename_component(path "${path}" ABSOLUTE)
        laminate_check_file("${call}" VERIFY "${path}")
        list(APPEND paths "${path}")
    endforeach()
    set(${result} "${paths}" PARENT_SCOPE)
endfunction()

# Of OPTIONS, those that say how the model is read: other commands take them too.
function(laminate_reading_options result)
    set(reading "")
    set(takes FALSE)
    foreach(option IN LISTS ARGN)
        if(option MATCHES "^--(batch|set|constant|input-range|model-output)$")
            list(APPEND reading "${option}")
            set(takes TRUE)
        elseif(takes OR option MATCHES "^--(no-optimize$|(batch|set|constant|input-range|model-output)=)")
            list(APPEND reading "${option}")
            set(takes FALSE)
        endif()
    endforeach()
    set(${result} "${reading}" PARENT_SCOPE)
endfunction()

# The test of VERIFY.
function(laminate_add_verification target tool model)
    if(NOT CMAKE_TESTING_ENABLED)
        message(NOTICE "${call}: VERIFY adds a test, which CMake leaves out unless enable_testing() "
            "is called before")
    endif()
    list(GET vectors 0 inputs)
    list(GET vectors 1 outputs)
    add_test(NAME laminate.${target}.${arg_NAME}
        COMMAND ${tool} verify "${model}" --input "${inputs}" --expected "${outputs}" ${ARGN}
        WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
    set_tests_properties(laminate.${target}.${arg_NAME} PROPERTIES
        ENVIRONMENT "CXX=${CMAKE_CXX_COMPILER}")
endfunction()
