orrery_test(unit/planner/search_space_test DEPENDS planner)
orrery_test(unit/planner/tune_test DEPENDS planner)
orrery_test(unit/planner/plan_auto_test DEPENDS study)
