# SPDX-License-Identifier: MIT
# Sources with several instruction sets, compiled without -march: run on this machine, whose best level
# is LEVEL, and on older ones; what is in the objects; and the ways to have fewer instruction sets.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
string(REPLACE "," ";" FLAGS "${FLAGS}")
set(from ${NETWORKS}/dispatch)

run(${COMPILER} ${FLAGS} ${warnings} -pthread -I${from} ${SOURCES}/run_dispatch.cpp -o run_dispatch)
run(./run_dispatch ${LEVEL} ${from})
message("${output}")
if(QEMU)
    # QEMU tells the names of the functions that it comes through.
    foreach(machine Nehalem:1: SandyBridge:1: Haswell:3:_v3)
        string(REGEX MATCH "(.*):(.*):(.*)" all ${machine})
        set(cpu ${CMAKE_MATCH_1})
        set(region ${CMAKE_MATCH_3})
        run(${QEMU} -cpu ${cpu} ./run_dispatch ${CMAKE_MATCH_2} ${from})
        run(${QEMU} -cpu ${cpu} -d in_asm -D ${WORK}/${cpu}.log ./run_dispatch)
        file(STRINGS ${WORK}/${cpu}.log through REGEX "^IN: .*laminate_in_wandering.*infer")
        if(NOT through OR through MATCHES "laminate_in_wandering_v[34]" AND NOT region
           OR region AND NOT through MATCHES "laminate_in_wandering${region}[0-9]")
            message(FATAL_ERROR "${cpu} runs '${region}' by way of:\n${through}")
        endif()
    endforeach()
elseif(DEFINED ENV{CI})
    message(FATAL_ERROR "qemu-x86_64 is missing (Debian, Ubuntu: qemu-user)")
endif()

# An object: no constructor, and nothing weak that a linker could take for another level's.
function(compile name object)
    run(${COMPILER} -std=c++17 ${warnings} -O1 -fno-exceptions ${ARGN} -I${from} -c ${from}/${name} -o ${object})
    run(nm ${object})
    set(symbols "${output}" PARENT_SCOPE)
    if(output MATCHES "_GLOBAL__sub_I|__cxa|_ZTI|_Zn|gxx_personality| [WVuw] ")
        message(FATAL_ERROR "${name} has constructors, exceptions, RTTI or weak symbols:\n${output}")
    endif()
    run(objdump -h ${object})
    if(output MATCHES "\\.(init_array|ctors)")
        message(FATAL_ERROR "${name} has constructors:\n${output}")
    endif()
    run(objdump -d --no-show-raw-insn ${object})
    set(code "${output}" PARENT_SCOPE)
endfunction()
function(has what text pattern wanted)
    set(found FALSE)
    if(text MATCHES "${pattern}")
        set(found TRUE)
    endif()
    if(NOT found STREQUAL wanted)
        message(FATAL_ERROR "${what}: '${pattern}' found: ${found}, wanted: ${wanted}")
    endif()
endfunction()

compile(wandering.cpp wandering.o)
has("all levels" "${symbols}" "__cpu_model" TRUE)
has("all levels" "${code}" "vfmadd[^\n]*zmm" TRUE)
has("all levels" "${code}" "vfmadd[^\n]*ymm" TRUE)

compile(wandering.cpp one.o -DLAMINATE_ONE_TARGET)
has("LAMINATE_ONE_TARGET" "${symbols}" "__cpu_model" FALSE)
has("LAMINATE_ONE_TARGET" "${code}" "[yz]mm" FALSE)

# The least of a list isn't asked for.
compile(least.cpp least.o)
has("x86-64-v3 alone" "${symbols}" "__cpu_model" FALSE)
has("x86-64-v3 alone" "${code}" "vfmadd[^\n]*ymm" TRUE)
has("x86-64-v3 alone" "${code}" "zmm" FALSE)
compile(two.cpp two.o)
has("two levels" "${symbols}" "__cpu_model" TRUE)
has("two levels" "${symbols}" "laminate_in_two[0-9][^\n]*(infer|kernel)" FALSE) # no least level
has("two levels" "${code}" "vfmadd[^\n]*ymm" TRUE)
has("two levels" "${code}" "vfmadd[^\n]*zmm" TRUE)

# What the flags give already isn't compiled again.
compile(wandering.cpp v3.o -march=x86-64-v3)
has("-march=x86-64-v3" "${symbols}" "laminate_in_wandering_v3" FALSE)
has("-march=x86-64-v3" "${symbols}" "laminate_in_wandering_v4" TRUE)
compile(wandering.cpp v4.o -march=x86-64-v4)
has("-march=x86-64-v4" "${symbols}" "__cpu_model" FALSE)

# Under another name, and beside the others in one program.
file(COPY_FILE ${from}/wandering.hpp ${WORK}/wandering.hpp)
file(COPY_FILE ${from}/wandering.h ${WORK}/wandering.h)
file(COPY_FILE ${from}/wandering.cpp ${WORK}/renamed.cc)
run(${COMPILER} -std=c++20 ${warnings} -O1 -fno-exceptions -c renamed.cc -o renamed.o)
file(WRITE ${WORK}/main.cpp "#include \"least.hpp\"
#include \"two.hpp\"
#include \"wandering.hpp\"
int main(int argc, char**) {
    return wandering::self_test() && (argc == 1 || (least::self_test() && two::self_test())) ? 0 : 1;
}
")
run(${COMPILER} -std=c++17 ${warnings} -I${from} main.cpp renamed.o least.o two.o -o several)
run(./several)
if(LEVEL GREATER_EQUAL 3)
    run(./several new)
endif()
