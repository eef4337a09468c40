# Speed of what searches call, measured with Google Benchmark; bench/README.md says what for.
find_package(benchmark REQUIRED)

function(orrery_bench name)
  cmake_parse_arguments(B "" "" "DEPENDS" ${ARGN})
  add_executable(${name} bench/${name}.cpp)
  target_compile_options(${name} PRIVATE ${ORRERY_WARNINGS} -ffp-contract=off)
  target_compile_definitions(${name} PRIVATE ORRERY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  foreach(d IN LISTS B_DEPENDS)
    target_link_libraries(${name} PRIVATE orrery::${d})
  endforeach()
  target_link_libraries(${name} PRIVATE benchmark::benchmark_main)
endfunction()

orrery_bench(estimate_bench DEPENDS study)
orrery_bench(search_bench DEPENDS study)
orrery_bench(packet_bench DEPENDS network)
orrery_bench(topology_bench DEPENDS network)

orrery_bench(max_min_bench DEPENDS network)
target_include_directories(max_min_bench PRIVATE tests)
find_package(GTest REQUIRED)  # of the networks that tests share
target_link_libraries(max_min_bench PRIVATE GTest::gtest)
find_path(SIMGRID_INCLUDE simgrid/s4u.hpp)
find_library(SIMGRID_LIBRARY simgrid)
if(SIMGRID_INCLUDE AND SIMGRID_LIBRARY)
  target_compile_definitions(max_min_bench PRIVATE ORRERY_HAS_SIMGRID)
  target_include_directories(max_min_bench SYSTEM PRIVATE ${SIMGRID_INCLUDE})
  target_link_libraries(max_min_bench PRIVATE ${SIMGRID_LIBRARY})
endif()

orrery_bench(chip_bench DEPENDS compute)
