orrery_test(unit/cost/power/board_power_test DEPENDS cost)
