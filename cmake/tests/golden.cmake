set(golden ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/golden/run_golden.py
  $<TARGET_FILE:orrery-cli> ${PROJECT_SOURCE_DIR})
foreach(name completion errors op plans tutorial)
  add_test(NAME golden_${name} COMMAND ${golden} ${PROJECT_SOURCE_DIR}/tests/golden/${name}.test)
endforeach()
foreach(study every_field every_field_serve)
  add_test(NAME ${study} COMMAND ${Python3_EXECUTABLE}
    ${PROJECT_SOURCE_DIR}/tests/golden/every_field.py $<TARGET_FILE:orrery-cli>
    ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/tests/golden/${study}.yaml)
endforeach()
