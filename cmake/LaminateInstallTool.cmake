# SPDX-License-Identifier: MIT
# Install rules of the command line tool: the program, its man page and completions, and the script
# that brings scikit-learn's models to it. Component `tool` is these, and nothing else.
install(TARGETS laminate_tool EXPORT laminateTargets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tool)
install(FILES ${PROJECT_SOURCE_DIR}/docs/laminate.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tool)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/examples/sklearn/sklearn_to_onnx.py
    DESTINATION ${CMAKE_INSTALL_DATADIR}/laminate COMPONENT tool)

# Written by the tool as soon as it is built, so that whoever built it alone can install it.
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    message(STATUS "Laminate: without CMAKE_CROSSCOMPILING_EMULATOR no completions are installed")
    return()
endif()
foreach(shell_file "bash:bash-completion/completions/laminate" "zsh:zsh/site-functions/_laminate"
        "fish:fish/vendor_completions.d/laminate.fish")
    string(REGEX MATCH "^([^:]*):(.*)$" unused ${shell_file})
    set(shell ${CMAKE_MATCH_1})
    cmake_path(GET CMAKE_MATCH_2 PARENT_PATH folder)
    cmake_path(GET CMAKE_MATCH_2 FILENAME name)
    set(script ${CMAKE_CURRENT_BINARY_DIR}/completions/${shell}/${name})
    file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/completions/${shell})
    add_custom_command(TARGET laminate_tool POST_BUILD
        COMMAND laminate_tool completion ${shell} > ${script}
        VERBATIM)
    install(FILES ${script} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder} COMPONENT tool)
endforeach()
