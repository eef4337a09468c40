orrery_test(unit/model/build_test DEPENDS model)
