orrery_test(unit/compute/roofline_test DEPENDS compute)
