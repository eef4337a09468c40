orrery_test(unit/collective/closed_form_test DEPENDS collective)
