orrery_test(unit/cost/network_bill_test DEPENDS cost)
