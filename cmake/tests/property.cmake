find_package(rapidcheck REQUIRED)
orrery_test(property/step_time_test DEPENDS study LIBRARIES rapidcheck)
orrery_test(property/network/max_min_rates_test DEPENDS network)
orrery_test(property/network/max_min_exchange_test DEPENDS network)
