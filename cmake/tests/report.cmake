orrery_test(unit/report/report_test DEPENDS report LIBRARIES nlohmann_json::nlohmann_json)
