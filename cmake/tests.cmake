find_package(GTest REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME layers COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/check_layers.py
  ${PROJECT_SOURCE_DIR}/src/orrery)
foreach(room base hw ops model compute network collective report program execute training serving
             cost planner insight study accuracy apps des golden property determinism cross_fidelity package docs)
  include(cmake/tests/${room}.cmake OPTIONAL)
endforeach()
