add_test(NAME catalog COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/check_catalog.py
  ${PROJECT_SOURCE_DIR}/catalog ${PROJECT_SOURCE_DIR}/../shared/ground-truth/hardware.csv)
orrery_test(unit/hw/catalog_test DEPENDS hw)
orrery_test(unit/hw/chip_levels_test DEPENDS hw)
orrery_test(unit/hw/cluster_test DEPENDS hw)
