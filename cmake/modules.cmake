# The rooms, lowest layer first. A file is named here once; there are no globs.
orrery_module(base SOURCES
    src/orrery/base/text/document.cpp
    src/orrery/base/text/quantity.cpp
    src/orrery/base/text/reader.cpp
  LIBRARIES yaml-cpp
  PUBLIC_LIBRARIES fmt::fmt tl::expected)
orrery_module(des DEPENDS base)
orrery_module(hw SOURCES
    src/orrery/hw/cluster.cpp
    src/orrery/hw/slice.cpp
  DEPENDS base)
orrery_module(ops SOURCES
    src/orrery/ops/op_graph.cpp
  DEPENDS base)
orrery_module(compute DEPENDS base des hw ops)
orrery_module(network SOURCES
    src/orrery/network/topology_facts.cpp
    src/orrery/network/torus_axes.cpp
  DEPENDS base des hw)
orrery_module(collective SOURCES
    src/orrery/collective/algorithms/bucket.cpp
    src/orrery/collective/algorithms/direct.cpp
    src/orrery/collective/algorithms/hierarchical.cpp
    src/orrery/collective/algorithms/in_network.cpp
    src/orrery/collective/algorithms/path.cpp
    src/orrery/collective/algorithms/ring.cpp
    src/orrery/collective/algorithms/tree.cpp
    src/orrery/collective/calibration.cpp
    src/orrery/collective/closed_form.cpp
  DEPENDS base des hw network)
orrery_module(model DEPENDS base ops)
orrery_module(accuracy SOURCES
    src/orrery/accuracy/collective_fit.cpp
    src/orrery/accuracy/collective_rows.cpp
    src/orrery/accuracy/table.cpp
  DEPENDS base hw network collective
  LIBRARIES ZLIB::ZLIB)
