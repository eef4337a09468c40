orrery_test(unit/collective/closed_form_test DEPENDS collective)
orrery_test(unit/collective/schedules/schedules_test DEPENDS collective)
orrery_test(unit/collective/schedules/in_network_test DEPENDS collective)
orrery_test(unit/collective/schedules/msccl_test DEPENDS collective)
