#include <algorithm>
#include <filesystem>

#include "orrery/collective/schedules/builtins.hpp"
#include "orrery/collective/schedules/special/in_network.hpp"
#include "orrery/study/network/read/parts.hpp"
#include "orrery/study/network/read/size_table.hpp"

namespace orrery::network_parts {
namespace {

// More would not fit a report.
constexpr std::size_t kMostSizes = 100;
// Zipf's law with more leaves all but everything to one rank.
constexpr double kMostSkew = 10.0;

std::vector<Bytes> read_sizes(const Node& node, Diagnostics& problems) {
  std::vector<Bytes> sizes;
  const Node* size = node.find("size");
  if (size == nullptr) {
    detail::report_missing(node, "size", problems);
    return sizes;
  }
  if (size->is_sequence()) {
    read_into(*size, sizes, problems);
  } else {
    Bytes one;
    read_into(*size, one, problems);
    sizes.push_back(one);
  }
  const bool fits = std::ranges::all_of(sizes, [](Bytes s) { return s.value() >= 0.0; });
  if (sizes.empty() || sizes.size() > kMostSizes || !fits) {
    problems.push_back({size->where(), fmt::format("saw {}; expected 1 to {} sizes, none negative",
                                                   size->seen(), kMostSizes)});
  }
  return sizes;
}

// nullopt: `size_is` says nothing of this collective.
std::optional<double> vectors_per_size(const CollectiveSpec& c, double ranks) {
  switch (c.size_is) {
    case SizeIs::Vector:
      return 1.0;
    case SizeIs::PerRank:
      return c.kind == CollectiveKind::AllGather || c.kind == CollectiveKind::ReduceScatter ? ranks
                                                                                            : 1.0;
    case SizeIs::PerPair:
      if (c.kind == CollectiveKind::AllToAll || c.kind == CollectiveKind::AllGather ||
          c.kind == CollectiveKind::ReduceScatter)
        return ranks;
      return std::nullopt;
  }
  return std::nullopt;
}

void check_in_network(const NetworkStudy& study, std::uint32_t each, const Complaints& fail) {
  const CollectiveSpec& c = *study.collective;
  if (c.kind != CollectiveKind::AllReduce && c.kind != CollectiveKind::Reduce &&
      c.kind != CollectiveKind::Broadcast) {
    fail("algorithm", "in_network for all_reduce, reduce or broadcast only");
    return;
  }
  const auto tree = reduction_tree(*study.topology, identity_map(each));
  if (!tree) fail("algorithm", tree.error());
}

void read_program(const Node& node, std::uint32_t each, NetworkStudy& study,
                  Diagnostics& problems) {
  const CollectiveSpec& c = *study.collective;
  auto program = read_msccl((std::filesystem::path(node.file).parent_path() / c.program).string());
  if (!program) {
    append(problems, program.error());
  } else if (program->ranks != each || program->kind != c.kind) {
    Complaints(node, problems)("program",
                               fmt::format("a program of this collective for {} ranks", each));
  } else {
    study.program = std::make_shared<MscclProgram>(std::move(*program));
  }
}

// All-to-all-v: sizes from a file or by Zipf's law.
void read_uneven(const Node& node, std::uint32_t each, NetworkStudy& study, Diagnostics& problems) {
  const CollectiveSpec& c = *study.collective;
  const Complaints fail(node, problems);
  const char* key = c.table.empty() ? "skew" : "table";
  if (c.kind != CollectiveKind::AllToAll) return fail(key, "kind: all_to_all beside it");
  if (c.algorithm != "direct" && c.algorithm != "pairwise")
    return fail("algorithm", "direct or pairwise beside sizes that differ");
  if (!(c.skew >= 0.0 && c.skew <= kMostSkew)) return fail("skew", "0 to 10");
  if (c.table.empty()) return;
  auto table = read_size_table(*node.find("table"), each);
  if (!table) return append(problems, table.error());
  Bytes most;
  for (std::uint32_t from = 0; from < each; ++from) {
    Bytes row;
    for (std::uint32_t to = 0; to < each; ++to) row += table->at(from, to);
    most = std::max(most, row);
  }
  study.sizes = {most};
  study.table = std::make_shared<SizeMatrix>(std::move(*table));
}

// False where there is nothing to go on with.
bool check_ranks(NetworkStudy& study, const Complaints& fail) {
  CollectiveSpec& c = *study.collective;
  const auto endpoints = static_cast<std::int64_t>(study.topology->wires().endpoints);
  if (c.ranks < 0 || c.ranks > endpoints) {
    fail("ranks", fmt::format("at most one rank for each of {} endpoints", endpoints));
    return false;
  }
  if (c.ranks == 0) c.ranks = endpoints;
  if (c.groups < 1 || c.ranks % c.groups != 0 || c.ranks / c.groups < 2) {
    fail("groups",
         fmt::format("a number that divides {} ranks into groups of two or more", c.ranks));
    return false;
  }
  if (c.node < 1 || c.chunks < 1 || c.chunks > 1'000'000) {
    fail(c.node < 1 ? "node" : "chunks", "1 to 1000000");
    return false;
  }
  if (!(c.adding_rate >= BytesPerSecond{})) fail("adding_rate", "0 B/s or more");
  return true;
}

}  // namespace

void read_collective(const Node& node, NetworkStudy& study, Diagnostics& problems) {
  const std::size_t before = problems.size();
  CollectiveSpec c;
  FieldReader reader(node, problems);
  describe(reader, c);
  reader.also("size");
  reader.finish();
  if (c.table.empty()) study.sizes = read_sizes(node, problems);
  if (c.algorithm.empty()) c.algorithm = default_algorithm(c.kind);
  study.collective = c;
  if (problems.size() > before || study.topology == nullptr) return;
  const Complaints fail(node, problems);
  if (!check_ranks(study, fail)) return;
  const auto each = static_cast<std::uint32_t>(study.collective->ranks / c.groups);
  const auto vectors = vectors_per_size(c, each);
  if (!vectors) return fail("size_is", "vector or per_rank: this collective has no pairs");
  for (Bytes& size : study.sizes) size *= *vectors;
  if (!c.program.empty()) return read_program(node, each, study, problems);
  if (c.is_uneven()) return read_uneven(node, each, study, problems);
  if (c.algorithm == kAutomatic) return;
  if (c.algorithm == kInNetwork) return check_in_network(study, each, fail);
  const MadeSchedule made = make_schedule(c.algorithm, request_of(study, Bytes{1}));
  if (!made) fail("algorithm", made.error());
}

}  // namespace orrery::network_parts
