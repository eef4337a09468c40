# The rooms, lowest layer first. A file is named here once; there are no globs.
orrery_module(base SOURCES
    src/orrery/base/area.cpp
    src/orrery/base/text/csv_cells.cpp
    src/orrery/base/text/document.cpp
    src/orrery/base/text/quantity.cpp
    src/orrery/base/text/reader.cpp
    src/orrery/base/text/xml.cpp
  LIBRARIES yaml-cpp
  PUBLIC_LIBRARIES fmt::fmt tl::expected)
orrery_module(des DEPENDS base)
orrery_module(hw SOURCES
    src/orrery/hw/chip_levels.cpp
    src/orrery/hw/cluster.cpp
    src/orrery/hw/slice.cpp
  DEPENDS base)
orrery_module(ops SOURCES
    src/orrery/ops/op_graph.cpp
  DEPENDS base)
orrery_module(compute SOURCES
    src/orrery/compute/attention_time.cpp
    src/orrery/compute/calibration.cpp
    src/orrery/compute/cycle/bank_conflicts.cpp
    src/orrery/compute/cycle/cycle_model.cpp
    src/orrery/compute/cycle/fold_queue.cpp
    src/orrery/compute/cycle/systolic_array.cpp
    src/orrery/compute/cycle/systolic_run.cpp
    src/orrery/compute/cycle/transfers/array_memory.cpp
    src/orrery/compute/cycle/transfers/fold_traffic.cpp
    src/orrery/compute/cycle/transfers/strip_network.cpp
    src/orrery/compute/cycle/transfers/strip_share.cpp
    src/orrery/compute/cycle/transfers/transfers.cpp
    src/orrery/compute/dram/channel/dram_channel.cpp
    src/orrery/compute/dram/channel/dram_choice.cpp
    src/orrery/compute/dram/channel/dram_commands.cpp
    src/orrery/compute/dram/dram_kind.cpp
    src/orrery/compute/dram/dram_run.cpp
    src/orrery/compute/dram/dram_spec.cpp
    src/orrery/compute/dram/channel/dram_times.cpp
    src/orrery/compute/gather_time.cpp
    src/orrery/compute/lending/kinship.cpp
    src/orrery/compute/lending/lending.cpp
    src/orrery/compute/lending/parts.cpp
    src/orrery/compute/matmul_time.cpp
    src/orrery/compute/measured/measured_model.cpp
    src/orrery/compute/models/builtins.cpp
    src/orrery/compute/moe_layer.cpp
    src/orrery/compute/roofline_model.cpp
    src/orrery/compute/roofline_parts.cpp
    src/orrery/compute/tile/array_chip.cpp
    src/orrery/compute/tile/array_mapping.cpp
    src/orrery/compute/tile/array_product.cpp
    src/orrery/compute/tile/array_work.cpp
    src/orrery/compute/tile/attention/array_attention.cpp
    src/orrery/compute/tile/attention/attention_kernel.cpp
    src/orrery/compute/tile/attention/attention_mapping.cpp
    src/orrery/compute/tile/attention/attention_search.cpp
    src/orrery/compute/tile/attention/block_mask.cpp
    src/orrery/compute/tile/attention/block_work.cpp
    src/orrery/compute/tile/mapped_kernel.cpp
    src/orrery/compute/tile/nest/nested_pricing.cpp
    src/orrery/compute/tile/nest/nested_search.cpp
    src/orrery/compute/tile/nest/nested_tiles.cpp
    src/orrery/compute/tile/scan/array_scan.cpp
    src/orrery/compute/tile/scan/scan_kernel.cpp
    src/orrery/compute/tile/scan/scan_mapping.cpp
    src/orrery/compute/tile/tile_model.cpp
    src/orrery/compute/tile/vector/row_kernel.cpp
    src/orrery/compute/tile/vector/row_mapping.cpp
    src/orrery/compute/tile/vector/sort_kernel.cpp
    src/orrery/compute/tile/vector/sorting.cpp
  DEPENDS base des hw ops)
orrery_module(network SOURCES
    src/orrery/network/fabric/alpha_beta.cpp
    src/orrery/network/fabric/packet/congestion.cpp
    src/orrery/network/fabric/packet/engine.cpp
    src/orrery/network/fabric/packet/pauses.cpp
    src/orrery/network/fabric/packet/senders.cpp
    src/orrery/network/fabric/packet/switches.cpp
    src/orrery/network/fabric/classes/flow_classes.cpp
    src/orrery/network/fabric/classes/flow_rows.cpp
    src/orrery/network/fabric/classes/partition.cpp
    src/orrery/network/fabric/exchange.cpp
    src/orrery/network/fabric/fluid/clocks.cpp
    src/orrery/network/fabric/fluid/finish_times.cpp
    src/orrery/network/fabric/fluid/fluid_engine.cpp
    src/orrery/network/fabric/fluid/fluid_network.cpp
    src/orrery/network/fabric/max_min.cpp
    src/orrery/network/fabric/max_min_exchange.cpp
    src/orrery/network/fabric/rates/incidence.cpp
    src/orrery/network/fabric/rates/max_min_rates.cpp
    src/orrery/network/fabric/rates/sorted_levels.cpp
    src/orrery/network/fabric/rates/water_fill.cpp
    src/orrery/network/graph/graph.cpp
    src/orrery/network/graph/search/counted_facts.cpp
    src/orrery/network/graph/search/distances.cpp
    src/orrery/network/graph/search/halving.cpp
    src/orrery/network/graph/search/router_graph.cpp
    src/orrery/network/graph/symmetry.cpp
    src/orrery/network/graph/waiting_cycle.cpp
    src/orrery/network/placement/placement_search.cpp
    src/orrery/network/placement/rank_map.cpp
    src/orrery/network/routings/adaptive/ugal.cpp
    src/orrery/network/routings/destination_modulo.cpp
    src/orrery/network/routings/dimension_order.cpp
    src/orrery/network/routings/failed_way.cpp
    src/orrery/network/routings/minimal.cpp
    src/orrery/network/routings/up_down.cpp
    src/orrery/network/routings/valiant.cpp
    src/orrery/network/topologies/builtins.cpp
    src/orrery/network/topologies/composite/composed.cpp
    src/orrery/network/topologies/composite/copies.cpp
    src/orrery/network/topologies/composite/multi_plane.cpp
    src/orrery/network/topologies/composite/wan_sites.cpp
    src/orrery/network/topologies/degraded.cpp
    src/orrery/network/topologies/direct/hyperx.cpp
    src/orrery/network/topologies/direct/ocs_pod.cpp
    src/orrery/network/topologies/direct/ring.cpp
    src/orrery/network/topologies/direct/torus.cpp
    src/orrery/network/topologies/direct/torus_grid.cpp
    src/orrery/network/topologies/direct/twisted_torus.cpp
    src/orrery/network/topologies/failures.cpp
    src/orrery/network/topologies/family.cpp
    src/orrery/network/topologies/irregular/edge_csv.cpp
    src/orrery/network/topologies/irregular/edge_graphml.cpp
    src/orrery/network/topologies/irregular/edge_list.cpp
    src/orrery/network/topologies/irregular/jellyfish.cpp
    src/orrery/network/topologies/irregular/named_wires.cpp
    src/orrery/network/topologies/low_diameter/dragonfly.cpp
    src/orrery/network/topologies/low_diameter/dragonfly_plus.cpp
    src/orrery/network/topologies/low_diameter/dragonfly_routing.cpp
    src/orrery/network/topologies/low_diameter/polarfly.cpp
    src/orrery/network/topologies/low_diameter/slim_fly.cpp
    src/orrery/network/topologies/trees/clos_shape.cpp
    src/orrery/network/topologies/trees/clos_symmetry.cpp
    src/orrery/network/topologies/trees/fat_tree.cpp
    src/orrery/network/topologies/trees/folded_clos.cpp
    src/orrery/network/topologies/trees/rail_route.cpp
    src/orrery/network/topologies/trees/rails.cpp
    src/orrery/network/topologies/trees/single_switch.cpp
    src/orrery/network/topologies/wired.cpp
    src/orrery/network/topology_facts.cpp
    src/orrery/network/traffic/background.cpp
    src/orrery/network/traffic/collisions.cpp
    src/orrery/network/traffic/concurrent.cpp
    src/orrery/network/traffic/flow_list.cpp
    src/orrery/network/traffic/patterns.cpp
    src/orrery/network/traffic/recorder.cpp
    src/orrery/network/torus_axes.cpp
  DEPENDS base des hw
  LIBRARIES tinyxml2::tinyxml2)
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
    src/orrery/collective/lower_bound.cpp
    src/orrery/collective/schedules/algorithms/binomial.cpp
    src/orrery/collective/schedules/algorithms/bruck.cpp
    src/orrery/collective/schedules/algorithms/bucket.cpp
    src/orrery/collective/schedules/algorithms/chain.cpp
    src/orrery/collective/schedules/algorithms/direct.cpp
    src/orrery/collective/schedules/algorithms/double_binary_tree.cpp
    src/orrery/collective/schedules/algorithms/hierarchical.cpp
    src/orrery/collective/schedules/algorithms/recursive.cpp
    src/orrery/collective/schedules/algorithms/ring.cpp
    src/orrery/collective/schedules/algorithms/shift.cpp
    src/orrery/collective/schedules/algorithms/swing.cpp
    src/orrery/collective/schedules/builtins.cpp
    src/orrery/collective/schedules/choice.cpp
    src/orrery/collective/schedules/special/in_network.cpp
    src/orrery/collective/schedules/special/msccl.cpp
    src/orrery/collective/schedules/schedule_traffic.cpp
    src/orrery/collective/schedules/special/uneven_all_to_all.cpp
  DEPENDS base des hw network
  LIBRARIES tinyxml2::tinyxml2)
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
orrery_module(report SOURCES
    src/orrery/report/json.cpp
    src/orrery/report/report.cpp
    src/orrery/report/text.cpp
  DEPENDS base
  LIBRARIES nlohmann_json::nlohmann_json)
orrery_module(program SOURCES
    src/orrery/program/groups.cpp
    src/orrery/program/lower.cpp
    src/orrery/program/memory.cpp
    src/orrery/program/plan.cpp
    src/orrery/program/plan_check.cpp
    src/orrery/program/segments.cpp
    src/orrery/program/shard.cpp
    src/orrery/program/stages.cpp
  DEPENDS base des hw ops report compute network collective model)
orrery_module(execute SOURCES
    src/orrery/execute/estimate.cpp
    src/orrery/execute/time_tree.cpp
  DEPENDS program)
orrery_module(training SOURCES
    src/orrery/training/step.cpp
  DEPENDS execute)
orrery_module(serving SOURCES
    src/orrery/serving/serve.cpp
  DEPENDS execute)
orrery_module(cost SOURCES
    src/orrery/cost/power/board_power.cpp
    src/orrery/cost/power/power_calibration.cpp
    src/orrery/cost/power/thermal.cpp
    src/orrery/cost/network_bill.cpp
    src/orrery/cost/prices.cpp
    src/orrery/cost/silicon/carbon.cpp
    src/orrery/cost/silicon/chip_area.cpp
    src/orrery/cost/silicon/package_cost.cpp
    src/orrery/cost/silicon/yield.cpp
  DEPENDS training serving)
orrery_module(planner SOURCES
    src/orrery/planner/choices.cpp
    src/orrery/planner/scorer.cpp
    src/orrery/planner/search_space.cpp
    src/orrery/planner/tune.cpp
  DEPENDS cost)
orrery_module(insight SOURCES
    src/orrery/insight/bottleneck.cpp
  DEPENDS cost)
orrery_module(study SOURCES
    src/orrery/study/catalog.cpp
    src/orrery/study/chip/chip_answer.cpp
    src/orrery/study/chip/chip_dram.cpp
    src/orrery/study/chip/chip_json.cpp
    src/orrery/study/chip/chip_text.cpp
    src/orrery/study/chip/chosen_chip.cpp
    src/orrery/study/chip/roofline_study.cpp
    src/orrery/study/chip/roofline_svg.cpp
    src/orrery/study/chip/roofline_text.cpp
    src/orrery/study/network/heat_map.cpp
    src/orrery/study/network/network_json.cpp
    src/orrery/study/network/network_text.cpp
    src/orrery/study/network/chakra/chakra_trace.cpp
    src/orrery/study/network/chakra/chakra_traffic.cpp
    src/orrery/study/network/chakra/wire_reader.cpp
    src/orrery/study/network/play/algorithm.cpp
    src/orrery/study/network/play/demands.cpp
    src/orrery/study/network/play/link_loads.cpp
    src/orrery/study/network/play/placement.cpp
    src/orrery/study/network/play/play_collective.cpp
    src/orrery/study/network/play/run_network_study.cpp
    src/orrery/study/network/read/check_failed_ways.cpp
    src/orrery/study/network/read/check_packets.cpp
    src/orrery/study/network/read/flow_file.cpp
    src/orrery/study/network/read/read_catalog_wires.cpp
    src/orrery/study/network/read/read_collective.cpp
    src/orrery/study/network/read/read_load.cpp
    src/orrery/study/network/read/read_network_study.cpp
    src/orrery/study/network/read/read_traffic.cpp
    src/orrery/study/network/read/read_wires.cpp
    src/orrery/study/network/read/size_table.cpp
    src/orrery/study/network/topology_picture.cpp
    src/orrery/study/op/op_forms.cpp
    src/orrery/study/op/op_text.cpp
    src/orrery/study/read_study.cpp
    src/orrery/study/run.cpp
    src/orrery/study/tune_study.cpp
  DEPENDS planner insight
  LIBRARIES nlohmann_json::nlohmann_json)
target_compile_definitions(orrery_study PRIVATE
  ORRERY_SOURCE_CATALOG="${PROJECT_SOURCE_DIR}/catalog"
  ORRERY_INSTALLED_CATALOG="${CMAKE_INSTALL_PREFIX}/share/orrery/catalog")
orrery_module(accuracy SOURCES
    src/orrery/accuracy/calibration_text.cpp
    src/orrery/accuracy/collective_fit.cpp
    src/orrery/accuracy/collectives/fit_plan.cpp
    src/orrery/accuracy/collectives/published_scores.cpp
    src/orrery/accuracy/collective_rows.cpp
    src/orrery/accuracy/csv_table.cpp
    src/orrery/accuracy/evaluator.cpp
    src/orrery/accuracy/inference_row.cpp
    src/orrery/accuracy/kernel_fit.cpp
    src/orrery/accuracy/kernel_parameters.cpp
    src/orrery/accuracy/kernel_rows.cpp
    src/orrery/accuracy/kernel_scores.cpp
    src/orrery/accuracy/kernel_scores_output.cpp
    src/orrery/accuracy/mlperf_row.cpp
    src/orrery/accuracy/names.cpp
    src/orrery/accuracy/open_plan.cpp
    src/orrery/accuracy/power/power_fit.cpp
    src/orrery/accuracy/power/power_rows.cpp
    src/orrery/accuracy/row_model.cpp
    src/orrery/accuracy/row_opening.cpp
    src/orrery/accuracy/score.cpp
    src/orrery/accuracy/stack_fit.cpp
    src/orrery/accuracy/table.cpp
    src/orrery/accuracy/training_row.cpp
    src/orrery/accuracy/validate.cpp
    src/orrery/accuracy/validate_output.cpp
  DEPENDS study
  LIBRARIES ZLIB::ZLIB nlohmann_json::nlohmann_json)
