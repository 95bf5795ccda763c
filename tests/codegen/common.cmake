# SPDX-License-Identifier: MIT
# What the scripts of this directory share.
cmake_minimum_required(VERSION 3.25)

set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Werror)
file(MAKE_DIRECTORY ${WORK})

# Runs a command that must return 0 and print nothing but what is put in `output`.
function(run)
    list(JOIN ARGN " " shown)
    execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK}
        RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${shown}\nreturned ${status}:\n${text}")
    endif()
    set(output "${text}" PARENT_SCOPE)
endfunction()
