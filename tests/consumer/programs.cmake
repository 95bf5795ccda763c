# SPDX-License-Identifier: MIT
# What both consumer projects build, once laminate::laminate and laminate_add_network exist.
set(shared ${CMAKE_CURRENT_LIST_DIR})
set(LAMINATE_BENCH_SECONDS 0.05) # of the targets that time networks

add_executable(consumer ${shared}/main.cpp)
target_link_libraries(consumer PRIVATE laminate::laminate)
laminate_native(consumer)
get_target_property(options consumer COMPILE_OPTIONS)
if(NOT options MATCHES "=native")
    message(FATAL_ERROR "laminate_native gave '${options}'")
endif()
laminate_add_network(consumer
    NETWORK consumer::tiny
    HEADER ${shared}/network.hpp
    WEIGHTS ${shared}/tiny.safetensors)

add_executable(standalone ${shared}/standalone.cpp)
set_target_properties(standalone PROPERTIES
    CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
add_subdirectory(${shared}/elsewhere elsewhere)

# A network from an ONNX file, verified, with the header that declares it and with its source.
enable_testing()
set(arm ${shared}/../../examples/onnx)
add_executable(arm ${arm}/main.cpp)
laminate_add_model(arm ${arm}/arm.onnx NAMESPACE robot::arm TARGETS x86-64 x86-64-v3 OPTIONS --self-test
    VERIFY ${arm}/arm_places.npy ${arm}/arm_angles.npy)
add_test(NAME arm COMMAND arm)
add_executable(declared ${shared}/declared.cpp)
laminate_add_model(declared ${arm}/arm.onnx NAMESPACE robot OPTIONS --dsl)
add_test(NAME declared COMMAND declared ${CMAKE_CURRENT_BINARY_DIR}/laminate/declared/arm.safetensors)

# A network saved as ONNX, and read back.
add_executable(saving ${shared}/saving.cpp)
target_link_libraries(saving PRIVATE laminate::laminate laminate::codegen)
set(saved ${CMAKE_CURRENT_BINARY_DIR}/saved.onnx)
add_test(NAME saving COMMAND saving ${shared}/tiny.safetensors ${saved})
add_test(NAME read_back COMMAND $<TARGET_FILE:laminate::tool> inspect ${saved})
set_tests_properties(saving PROPERTIES FIXTURES_SETUP saved)
set_tests_properties(read_back PROPERTIES FIXTURES_REQUIRED saved)

# The networks timed, a declared one and one from a file.
foreach(network consumer_tiny arm_arm)
    add_test(NAME ${network}_bench COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR}
        --target ${network}_bench)
    set_tests_properties(${network}_bench PROPERTIES
        PASS_REGULAR_EXPRESSION "1024 rows +fused .*unfused.*plain loops")
endforeach()

add_test(NAME consumer COMMAND consumer ${shared}/tiny.safetensors)
add_test(NAME standalone COMMAND standalone)
