# SPDX-License-Identifier: MIT
# Install rules of the command line tool: the program, its man page and completions, and the script
# that brings scikit-learn's models to it.
install(TARGETS laminate_tool EXPORT laminateTargets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES docs/laminate.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(PROGRAMS examples/sklearn/sklearn_to_onnx.py
    DESTINATION ${CMAKE_INSTALL_DATADIR}/laminate)

foreach(shell_file "bash:bash-completion/completions/laminate" "zsh:zsh/site-functions/_laminate"
        "fish:fish/vendor_completions.d/laminate.fish")
    string(REGEX MATCH "^([^:]*):(.*)$" unused ${shell_file})
    set(shell ${CMAKE_MATCH_1})
    cmake_path(GET CMAKE_MATCH_2 PARENT_PATH folder)
    cmake_path(GET CMAKE_MATCH_2 FILENAME name)
    set(script ${CMAKE_CURRENT_BINARY_DIR}/completions/${shell}/${name})
    add_custom_command(OUTPUT ${script}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/completions/${shell}
        COMMAND laminate_tool completion ${shell} > ${script}
        DEPENDS laminate_tool
        VERBATIM)
    list(APPEND completions ${script})
    install(FILES ${script} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder})
endforeach()
add_custom_target(laminate_completions ALL DEPENDS ${completions})
