# SPDX-License-Identifier: MIT
# Writes the texts of files as one C++ source that defines laminate::codegen::<NAME>_files.
# Run as: cmake -DOUTPUT=<cpp> -DNAME=<name> -DROOT=<dir> -DFILES=<a,b,c relative to ROOT>
#     -P embed_text.cmake
# Compilers limit one literal to 16 KB and a concatenation of them to 64 KB (MSVC; Clang's
# -Woverlength-strings), so the text is cut at line ends and longer files are refused.
cmake_minimum_required(VERSION 3.25)

foreach(name OUTPUT NAME ROOT FILES)
    if(NOT DEFINED ${name})
        message(FATAL_ERROR "embed_text.cmake: -D${name}=... is missing")
    endif()
endforeach()
set(piece_limit 15000)
set(file_limit 65000)
set(open "R\"LAMINATE_TEXT(")
set(close ")LAMINATE_TEXT\"")

# Sets `result` to the text as adjacent raw string literals, one per line.
function(as_literals text result)
    set(literals "")
    string(LENGTH "${text}" left)
    while(left GREATER piece_limit)
        string(SUBSTRING "${text}" 0 ${piece_limit} piece)
        string(FIND "${piece}" "\n" cut REVERSE)
        if(cut LESS 0)
            message(FATAL_ERROR "embed_text.cmake: a line of ${file} is over ${piece_limit} bytes")
        endif()
        math(EXPR cut "${cut} + 1")
        string(SUBSTRING "${text}" 0 ${cut} piece)
        string(SUBSTRING "${text}" ${cut} -1 text)
        string(APPEND literals "${open}${piece}${close}\n")
        string(LENGTH "${text}" left)
    endwhile()
    set(${result} "${literals}${open}${text}${close}" PARENT_SCOPE)
endfunction()

# What an embedded file includes of Laminate must be embedded too, or generated sources lack it.
function(check_includes text)
    string(REGEX MATCHALL "\n#include \"[^\"]+\"" includes "${text}")
    file(REAL_PATH "${ROOT}" root) # as those below: ROOT may lie behind a link
    get_filename_component(folder "${ROOT}/${file}" DIRECTORY)
    foreach(include IN LISTS includes)
        string(REGEX REPLACE ".*\"(.*)\"" "\\1" included "${include}")
        file(REAL_PATH "${included}" included BASE_DIRECTORY "${folder}")
        file(RELATIVE_PATH included "${root}" "${included}")
        if(NOT included IN_LIST FILES)
            message(FATAL_ERROR "embed_text.cmake: ${file} includes ${included}, which is not "
                "embedded: add it to the list in codegen/CMakeLists.txt")
        endif()
    endforeach()
endfunction()

string(REPLACE "," ";" FILES "${FILES}")
set(entries "")
foreach(file IN LISTS FILES)
    file(READ "${ROOT}/${file}" text)
    string(LENGTH "${text}" length)
    file(SIZE "${ROOT}/${file}" size)
    if(NOT length EQUAL size)
        message(FATAL_ERROR "embed_text.cmake: ${file} is not plain text (a zero byte?)")
    elseif(size GREATER file_limit)
        message(FATAL_ERROR "embed_text.cmake: ${file} has ${size} bytes, more than ${file_limit}: "
            "split it")
    endif()
    string(FIND "${text}" "${close}" at)
    if(NOT at EQUAL -1)
        message(FATAL_ERROR "embed_text.cmake: ${file} contains ${close}")
    endif()
    check_includes("${text}")
    as_literals("${text}" literals)
    string(APPEND entries "    {\"${file}\",\n${literals}},\n")
endforeach()

file(WRITE "${OUTPUT}" "// Written by cmake/embed_text.cmake; do not edit.
#include \"embedded.hpp\"

namespace laminate::codegen {

const embedded_file ${NAME}_files[] = {
${entries}};
const std::size_t ${NAME}_file_count = sizeof ${NAME}_files / sizeof ${NAME}_files[0];

} // namespace laminate::codegen
")
