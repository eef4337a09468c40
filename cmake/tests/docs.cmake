add_test(NAME docs COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/check_docs.py ${PROJECT_SOURCE_DIR})
add_test(NAME reference COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/make_reference.py
  $<TARGET_FILE:orrery-cli> --check)
add_test(NAME worked_problems COMMAND ${Python3_EXECUTABLE}
  ${PROJECT_SOURCE_DIR}/tools/check_worked_problems.py ${PROJECT_SOURCE_DIR})
