add_executable(fit_collectives tools/fit_collectives.cpp)
target_compile_options(fit_collectives PRIVATE ${ORRERY_WARNINGS} -ffp-contract=off)
target_link_libraries(fit_collectives PRIVATE orrery::accuracy)
orrery_test(unit/accuracy/collective_fit_test DEPENDS accuracy)
