orrery_test(unit/model/build_test DEPENDS model)
orrery_test(unit/model/hf_config_test DEPENDS model)
orrery_test(unit/model/parameter_count_test DEPENDS model)
orrery_test(unit/model/spec_test DEPENDS model)
