set(golden ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/golden/run_golden.py
  $<TARGET_FILE:orrery-cli> ${PROJECT_SOURCE_DIR})
foreach(name add_a_topology chip chip_dram completion design errors network op own_chip plans tutorial)
  add_test(NAME golden_${name} COMMAND ${golden} ${PROJECT_SOURCE_DIR}/tests/golden/${name}.test)
endforeach()
foreach(pair "howto/add-your-own-chip own_chip" "tutorial/02-design-a-chip design")
  separate_arguments(pair)
  list(GET pair 0 page)
  list(GET pair 1 name)
  add_test(NAME page_${name} COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/golden/page_blocks.py
    ${PROJECT_SOURCE_DIR}/docs/${page}.md ${PROJECT_SOURCE_DIR}/tests/golden/${name}.test)
endforeach()
foreach(study every_field every_field_network every_field_serve)
  add_test(NAME ${study} COMMAND ${Python3_EXECUTABLE}
    ${PROJECT_SOURCE_DIR}/tests/golden/every_field.py $<TARGET_FILE:orrery-cli>
    ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/tests/golden/${study}.yaml)
endforeach()
add_test(NAME measure COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/measure/measure_test.py
  ${PROJECT_SOURCE_DIR} $<TARGET_FILE:orrery-cli>)
set_tests_properties(measure PROPERTIES ENVIRONMENT "ORRERY_CATALOG=${PROJECT_SOURCE_DIR}/catalog")
