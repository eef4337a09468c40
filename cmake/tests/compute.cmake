orrery_test(unit/compute/roofline_test DEPENDS compute)
orrery_test(unit/compute/cycle/systolic_array_test DEPENDS compute)
orrery_test(unit/compute/cycle/bank_conflicts_test DEPENDS compute)
orrery_test(unit/compute/cycle/systolic_run_test DEPENDS compute)
