orrery_test(unit/study/read_study_test DEPENDS study)
