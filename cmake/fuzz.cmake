# Fuzz targets (libFuzzer; clang). `cmake --preset fuzz && cmake --build build/fuzz`, then
# build/fuzz/fuzz_study tests/fuzz/corpus/study.
set(fuzz_flags -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all)
foreach(target study hf_config)
  add_executable(fuzz_${target} tests/fuzz/fuzz_${target}.cpp)
  target_compile_options(fuzz_${target} PRIVATE ${ORRERY_WARNINGS} ${fuzz_flags} -ffp-contract=off)
  target_link_options(fuzz_${target} PRIVATE ${fuzz_flags})
  target_compile_definitions(fuzz_${target} PRIVATE ORRERY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(fuzz_${target} PRIVATE orrery::study)
endforeach()
