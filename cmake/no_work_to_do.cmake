# SPDX-License-Identifier: MIT
# Builds tests/consumer/rebuild, in a folder with a difficult name: a second build must find nothing to
# do, one after a change of the model's external data must write the sources anew, and the next must
# find nothing again.
# Run as: cmake -DSOURCE=<project> -DFOLDER=<where to> -DGENERATOR=<name> -DCOMPILER=<c++>
#         -DTOOL=<laminate> -P no_work_to_do.cmake
cmake_minimum_required(VERSION 3.25)
set(project "${FOLDER}/user (1)")
file(REMOVE_RECURSE "${FOLDER}")
file(COPY "${SOURCE}/" DESTINATION "${project}")

function(run result)
    execute_process(COMMAND ${CMAKE_COMMAND} ${ARGN}
        OUTPUT_VARIABLE printed ERROR_VARIABLE printed RESULT_VARIABLE code)
    if(NOT code EQUAL 0)
        list(JOIN ARGN " " arguments)
        message("${printed}")
        message(FATAL_ERROR "cmake ${arguments}: failed")
    endif()
    set(${result} "${printed}" PARENT_SCOPE)
endfunction()

# Says when a build writes, compiles or links more, or less, than it should.
function(build what expected)
    run(printed --build "${project}/build")
    string(REGEX MATCHALL "Laminate: writing|Building CXX|Linking CXX" done "${printed}")
    list(JOIN done ", " done)
    if(NOT done MATCHES "^${expected}$")
        message("${printed}")
        message(FATAL_ERROR "${what}: expected '${expected}', found '${done}'")
    endif()
    message("${what}: ${done}")
endfunction()

cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH laminate)
run(unused -S "${project}" -B "${project}/build" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DLAMINATE_TOOL=${TOOL}" "-DLAMINATE_GENERATE=${laminate}/cmake/LaminateGenerate.cmake")
set(all "(Laminate: writing, )+(Building CXX, )+Linking CXX")
build("first build" "${all}")
build("second build" "")
file(TOUCH "${project}/models/its weights.bin")
build("build after a change of the external data" "${all}")
build("build after that" "")
