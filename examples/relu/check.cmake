# SPDX-License-Identifier: MIT
# Runs PROGRAM with ARGUMENTS, its figures into FOLDER. Its exit code must be CODE, and each figure
# that it names a whole SVG.
file(REMOVE_RECURSE ${FOLDER})
execute_process(COMMAND ${PROGRAM} ${ARGUMENTS} --out ${FOLDER}
    RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE errors)
message(STATUS "${output}${errors}")
if(NOT code STREQUAL CODE)
    message(FATAL_ERROR "exit code ${code}, expected ${CODE}")
endif()
string(REGEX MATCHALL "figure: [^\n]*" figures "${output}")
if(CODE EQUAL 0 AND NOT figures)
    message(FATAL_ERROR "no figure")
endif()
foreach(figure IN LISTS figures)
    string(REPLACE "figure: " "" figure "${figure}")
    file(READ ${FOLDER}/${figure} text)
    if(NOT text MATCHES "^<svg .*</svg>\n$")
        message(FATAL_ERROR "${figure} is not whole")
    endif()
endforeach()
