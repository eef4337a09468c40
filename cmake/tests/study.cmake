orrery_test(unit/study/read_study_test DEPENDS study)
orrery_test(unit/study/network_study_test DEPENDS study)
orrery_test(unit/study/op_text_test DEPENDS study)
orrery_test(unit/study/chakra_test DEPENDS study)
