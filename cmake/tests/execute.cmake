orrery_test(unit/execute/estimate_test DEPENDS study)
