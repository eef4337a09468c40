# What `cmake --install` puts under the prefix: the command, the libraries with their headers, the
# catalog, the published rows, and orreryConfig.cmake for find_package(orrery).
include(CMakePackageConfigHelpers)
install(TARGETS orrery-cli RUNTIME DESTINATION bin)
install(DIRECTORY src/orrery DESTINATION include FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY catalog/ DESTINATION share/orrery/catalog)
install(DIRECTORY validation/ DESTINATION share/orrery/validation)
install(EXPORT orrery-targets NAMESPACE orrery:: DESTINATION lib/cmake/orrery)
configure_package_config_file(cmake/orreryConfig.cmake.in
  ${PROJECT_BINARY_DIR}/orreryConfig.cmake INSTALL_DESTINATION lib/cmake/orrery)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/orreryConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/orreryConfig.cmake
  ${PROJECT_BINARY_DIR}/orreryConfigVersion.cmake DESTINATION lib/cmake/orrery)
