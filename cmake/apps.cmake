# Programs. Tools of the developers are built beside the one command, not installed with it.
add_executable(orrery-fit-kernels apps/fit_kernels.cpp)
target_compile_options(orrery-fit-kernels PRIVATE ${ORRERY_WARNINGS})
target_link_libraries(orrery-fit-kernels PRIVATE orrery::accuracy)
