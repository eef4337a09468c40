orrery_test(unit/serving/serve_test DEPENDS study)
