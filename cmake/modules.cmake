# The rooms, lowest layer first. A file is named here once; there are no globs.
orrery_module(base SOURCES
    src/orrery/base/text/document.cpp
    src/orrery/base/text/quantity.cpp
    src/orrery/base/text/reader.cpp
  LIBRARIES yaml-cpp
  PUBLIC_LIBRARIES fmt::fmt tl::expected)
orrery_module(des DEPENDS base)
orrery_module(hw DEPENDS base)
orrery_module(ops SOURCES
    src/orrery/ops/op_graph.cpp
  DEPENDS base)
orrery_module(compute SOURCES
    src/orrery/compute/attention_time.cpp
    src/orrery/compute/calibration.cpp
    src/orrery/compute/matmul_time.cpp
    src/orrery/compute/moe_layer.cpp
    src/orrery/compute/roofline_model.cpp
    src/orrery/compute/roofline_parts.cpp
  DEPENDS base des hw ops)
orrery_module(network DEPENDS base des hw)
orrery_module(collective DEPENDS base des hw network)
orrery_module(model DEPENDS base ops)
orrery_module(accuracy SOURCES
    src/orrery/accuracy/calibration_text.cpp
    src/orrery/accuracy/csv_table.cpp
    src/orrery/accuracy/kernel_fit.cpp
    src/orrery/accuracy/kernel_parameters.cpp
    src/orrery/accuracy/kernel_rows.cpp
  DEPENDS base hw ops compute
  LIBRARIES ZLIB::ZLIB)
