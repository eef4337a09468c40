orrery_test(unit/ops/op_graph_test DEPENDS ops)
