add_test(NAME docs COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/check_docs.py ${PROJECT_SOURCE_DIR})
add_test(NAME reference COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/make_reference.py
  $<TARGET_FILE:orrery-cli> --check)
