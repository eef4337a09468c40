# Speed of what searches call, measured with Google Benchmark; bench/README.md says what for.
find_package(benchmark REQUIRED)

function(orrery_bench name)
  cmake_parse_arguments(B "" "" "DEPENDS" ${ARGN})
  add_executable(${name} bench/${name}.cpp)
  target_compile_options(${name} PRIVATE ${ORRERY_WARNINGS} -ffp-contract=off)
  foreach(d IN LISTS B_DEPENDS)
    target_link_libraries(${name} PRIVATE orrery::${d})
  endforeach()
  target_link_libraries(${name} PRIVATE benchmark::benchmark_main)
endfunction()

orrery_bench(estimate_bench DEPENDS study)
orrery_bench(search_bench DEPENDS study)
orrery_bench(chip_bench DEPENDS compute)
