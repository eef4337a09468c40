add_test(NAME package COMMAND bash ${PROJECT_SOURCE_DIR}/tests/package/package_test.sh
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${CMAKE_CXX_COMPILER} ${CMAKE_CXX_FLAGS})
set_tests_properties(package PROPERTIES TIMEOUT 300)
