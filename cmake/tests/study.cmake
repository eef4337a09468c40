orrery_test(unit/study/read_study_test DEPENDS study)
orrery_test(unit/study/op_text_test DEPENDS study)
orrery_test(unit/study/node_power_test DEPENDS study)
orrery_test(unit/study/chip/roofline_study_test DEPENDS study)
