# SPDX-License-Identifier: MIT
# Two generated sources, each by itself: objects without constructors, exceptions, RTTI and
# undefined symbols but memcpy and the like; linked into one program that calls them through the C interface;
# and the self-test fails for the one of which a bias was altered, and for no other.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
set(from ${NETWORKS}/altered)
set(strict ${warnings} -fno-exceptions -fno-rtti -I${from})

foreach(standard 17 20)
    foreach(name intact altered)
        file(WRITE ${WORK}/header.cpp "#include \"${name}.hpp\"\nint main() {}\n")
        run(${COMPILER} -std=c++${standard} ${strict} -fsyntax-only header.cpp)
        run(${COMPILER} -std=c++${standard} ${strict} -O2 -c ${from}/${name}.cpp -o ${name}.o)
        run(nm ${name}.o)
        if(output MATCHES "_GLOBAL__sub_I|__cxa|_ZTI|_Zn|malloc|gxx_personality")
            message(FATAL_ERROR "${name}.o has constructors, exceptions, RTTI or allocation:\n${output}")
        endif()
        run(objdump -h ${name}.o)
        if(output MATCHES "\\.(init_array|ctors)")
            message(FATAL_ERROR "${name}.o has constructors:\n${output}")
        endif()
    endforeach()
endforeach()

# Spans, in C++20.
file(WRITE ${WORK}/spans.cpp "#include \"intact.hpp\"\n#include <array>
int main() {
    std::array<float, intact::inputs> in{};
    std::array<float, intact::outputs> out{}, batch{};
    intact::infer(in, out);
    return intact::infer_batch(in, batch) == 1 && out == batch ? 0 : 1;
}\n")
run(${COMPILER} -std=c++20 ${strict} spans.cpp intact.o -o spans)
run(./spans)

file(WRITE ${WORK}/main.c "#include \"altered.h\"\n#include \"intact.h\"
int main(void) {
    float in[intact_inputs] = {0}, out[intact_outputs], batch[intact_outputs];
    intact_infer(in, out);
    intact_infer_batch(in, batch, 1);
    if (out[0] != batch[0]) return 3;
    if (!intact_self_test()) return 4;
    return altered_self_test() ? 5 : 0;
}\n")
run(${C_COMPILER} -std=c11 -Wall -Wextra -Wpedantic -Werror -I${from} -c main.c -o main.o)
run(${C_COMPILER} main.o intact.o altered.o -o main_c) # without the C++ library
run(./main_c)
