# SPDX-License-Identifier: MIT
# Install rules: headers, laminate_codegen, and the package that find_package(laminate) reads; those of
# the tool stand where it is made.
include(CMakePackageConfigHelpers)
set(laminate_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/laminate)

install(TARGETS laminate laminate_codegen EXPORT laminateTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/laminate DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY codegen/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/laminate/codegen
    FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(EXPORT laminateTargets NAMESPACE laminate:: DESTINATION ${laminate_package_dir})
configure_package_config_file(cmake/laminateConfig.cmake.in laminateConfig.cmake
    INSTALL_DESTINATION ${laminate_package_dir}
    NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 every minor version may change the interface.
write_basic_package_version_file(laminateConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/laminateConfig.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/laminateConfigVersion.cmake
    cmake/LaminateDependencies.cmake
    cmake/LaminateGenerate.cmake
    cmake/LaminateNative.cmake
    cmake/taken_names.inc
    cmake/generator_main.cpp.in
    DESTINATION ${laminate_package_dir})
