find_package(rapidcheck REQUIRED)
orrery_test(unit/des/event_queue_test DEPENDS des LIBRARIES rapidcheck)
orrery_test(unit/des/event_wheel_test DEPENDS des)
