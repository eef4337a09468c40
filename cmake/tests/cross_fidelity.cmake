# Against other simulators; each test is left out, with a message, where its simulator is missing.
find_path(SIMGRID_INCLUDE simgrid/s4u.hpp)
find_library(SIMGRID_LIBRARY simgrid)
if(SIMGRID_INCLUDE AND SIMGRID_LIBRARY)
  orrery_test(cross_fidelity/max_min_simgrid_test DEPENDS network LIBRARIES ${SIMGRID_LIBRARY})
  target_include_directories(max_min_simgrid_test SYSTEM PRIVATE ${SIMGRID_INCLUDE})
else()
  message(STATUS "SimGrid not found (libsimgrid-dev): max-min is not compared with it")
endif()
