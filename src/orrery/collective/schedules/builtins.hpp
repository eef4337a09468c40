// The schedules by name.
#pragma once
#include <string_view>

#include "orrery/collective/schedules/schedule.hpp"

namespace orrery {

// In alphabetical order.
const std::vector<ScheduleAlgorithm>& schedule_algorithms();

// nullptr where no algorithm is called so.
const ScheduleAlgorithm* find_schedule_algorithm(std::string_view name);

// The first of those that can, as simple libraries choose: what moves the least data on any
// network.
const char* default_algorithm(CollectiveKind kind);

// Checks ranks, chunks, size and kind, then asks the algorithm.
MadeSchedule make_schedule(std::string_view algorithm, const ScheduleRequest& request);

// "a power of two of ranks, such as 64": for the ones that need it.
std::string power_of_two_of(std::uint32_t ranks);

MadeSchedule make_bidirectional_ring(const ScheduleRequest& request);
MadeSchedule make_binomial(const ScheduleRequest& request);
MadeSchedule make_bruck(const ScheduleRequest& request);
MadeSchedule make_bucket(const ScheduleRequest& request);
MadeSchedule make_chain(const ScheduleRequest& request);
MadeSchedule make_direct(const ScheduleRequest& request);
MadeSchedule make_double_binary_tree(const ScheduleRequest& request);
MadeSchedule make_hierarchical(const ScheduleRequest& request);
MadeSchedule make_one_shot(const ScheduleRequest& request);
MadeSchedule make_pairwise(const ScheduleRequest& request);
MadeSchedule make_rabenseifner(const ScheduleRequest& request);
MadeSchedule make_rail_aligned(const ScheduleRequest& request);
MadeSchedule make_recursive_doubling(const ScheduleRequest& request);
MadeSchedule make_recursive_halving(const ScheduleRequest& request);
MadeSchedule make_ring(const ScheduleRequest& request);
MadeSchedule make_scatter_all_gather(const ScheduleRequest& request);
MadeSchedule make_shift(const ScheduleRequest& request);
MadeSchedule make_swing(const ScheduleRequest& request);

}  // namespace orrery
