orrery_test(unit/cost/power/board_power_test DEPENDS cost)
orrery_test(unit/cost/silicon/yield_test DEPENDS cost)
orrery_test(unit/cost/silicon/silicon_test DEPENDS study)
orrery_test(unit/cost/network_bill_test DEPENDS cost)
