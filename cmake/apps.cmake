# Programs. Tools of the developers are built beside the one command, not installed with it.
find_package(CLI11 REQUIRED)
add_executable(orrery-cli
  apps/cli/completion.cpp
  apps/cli/main.cpp
  apps/cli/terminal.cpp
  apps/cli/commands/calibrate.cpp
  apps/cli/commands/chip.cpp
  apps/cli/commands/compare.cpp
  apps/cli/commands/describe.cpp
  apps/cli/commands/inspect.cpp
  apps/cli/commands/list.cpp
  apps/cli/commands/op.cpp
  apps/cli/commands/roofline.cpp
  apps/cli/commands/run.cpp
  apps/cli/commands/topology.cpp
  apps/cli/commands/tune.cpp
  apps/cli/commands/validate.cpp)
set_target_properties(orrery-cli PROPERTIES OUTPUT_NAME orrery)
target_compile_options(orrery-cli PRIVATE ${ORRERY_WARNINGS} -ffp-contract=off)
target_compile_definitions(orrery-cli PRIVATE ORRERY_VALIDATION="${PROJECT_SOURCE_DIR}/validation")
target_link_libraries(orrery-cli PRIVATE orrery::accuracy CLI11::CLI11
  nlohmann_json::nlohmann_json)

add_executable(orrery-fit-kernels apps/fit_kernels.cpp)
target_compile_options(orrery-fit-kernels PRIVATE ${ORRERY_WARNINGS} -ffp-contract=off)
target_link_libraries(orrery-fit-kernels PRIVATE orrery::accuracy)
add_executable(orrery-fit-power apps/fit_power.cpp)
target_compile_options(orrery-fit-power PRIVATE ${ORRERY_WARNINGS} -ffp-contract=off)
target_link_libraries(orrery-fit-power PRIVATE orrery::accuracy)
