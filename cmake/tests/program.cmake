orrery_test(unit/program/calculon_memory_test DEPENDS study)
orrery_test(unit/program/groups_test DEPENDS study)
orrery_test(unit/program/memory_test DEPENDS study)
orrery_test(unit/program/stages_test DEPENDS study)
