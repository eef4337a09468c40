orrery_test(unit/network/topology_facts_test DEPENDS network)
orrery_test(unit/network/torus_axes_test DEPENDS network)
orrery_test(unit/network/topologies/fat_tree_test DEPENDS network)
orrery_test(unit/network/topologies/torus_test DEPENDS network)
