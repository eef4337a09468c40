orrery_test(unit/accuracy/kernel_fit_test DEPENDS accuracy)
