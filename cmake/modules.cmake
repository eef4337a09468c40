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
orrery_module(compute DEPENDS base des hw ops)
orrery_module(network DEPENDS base des hw)
orrery_module(collective DEPENDS base des hw network)
orrery_module(model SOURCES
    src/orrery/model/blocks/attention.cpp
    src/orrery/model/blocks/block.cpp
    src/orrery/model/blocks/edges.cpp
    src/orrery/model/blocks/latent_attention.cpp
    src/orrery/model/blocks/mlp.cpp
    src/orrery/model/blocks/scans.cpp
    src/orrery/model/blocks/tower.cpp
    src/orrery/model/build.cpp
    src/orrery/model/hf/classic.cpp
    src/orrery/model/hf/common.cpp
    src/orrery/model/hf/config.cpp
    src/orrery/model/hf/dense.cpp
    src/orrery/model/hf/experts.cpp
    src/orrery/model/hf/hybrid.cpp
    src/orrery/model/hf/latent.cpp
    src/orrery/model/hf_config.cpp
    src/orrery/model/spec.cpp
  DEPENDS base ops)
