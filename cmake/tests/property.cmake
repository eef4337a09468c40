find_package(rapidcheck REQUIRED)
orrery_test(property/step_time_test DEPENDS study LIBRARIES rapidcheck)
