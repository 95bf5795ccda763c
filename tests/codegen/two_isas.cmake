# SPDX-License-Identifier: MIT
# One network as two sources, compiled for two instruction sets, in one program: linked in both
# orders, the part for the older machine runs on one.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
set(from ${NETWORKS}/forms)
run(${COMPILER} -std=c++17 ${warnings} -O2 -march=x86-64 -c ${from}/old_machine.cpp -o old.o)
run(${COMPILER} -std=c++17 ${warnings} -O2 -march=x86-64-v3 -c ${from}/new_machine.cpp -o new.o)
file(WRITE ${WORK}/main.cpp "#include \"old_machine.hpp\"
#include \"new_machine.hpp\"
int main(int argc, char**) {
    return (argc > 1 ? new_machine::self_test() : old_machine::self_test()) ? 0 : 1;
}
")
run(${COMPILER} -std=c++17 ${warnings} -I${from} main.cpp old.o new.o -o old_first)
run(${COMPILER} -std=c++17 ${warnings} -I${from} main.cpp new.o old.o -o new_first)
foreach(program old_first new_first)
    run(./${program})
    if(RUNS_NEW)
        run(./${program} new)
    endif()
    if(QEMU)
        run(${QEMU} -cpu Nehalem ./${program})
    elseif(DEFINED ENV{CI})
        message(FATAL_ERROR "qemu-x86_64 is missing (Debian, Ubuntu: qemu-user)")
    endif()
endforeach()
