add_test(NAME determinism COMMAND ${Python3_EXECUTABLE}
  ${PROJECT_SOURCE_DIR}/tests/determinism/determinism_test.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:orrery-cli>)
