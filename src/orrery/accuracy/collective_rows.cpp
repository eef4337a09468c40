#include "orrery/accuracy/collective_rows.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "orrery/accuracy/csv_table.hpp"
#include "orrery/accuracy/table.hpp"
#include "orrery/base/check.hpp"

namespace orrery {
namespace {

std::optional<CollectiveKind> known_kind(std::string_view name) {
  if (name == "alltoall") return CollectiveKind::AllToAll;
  for (const auto& [known, kind] : EnumNames<CollectiveKind>::values) {
    if (name == known) return kind;
  }
  return std::nullopt;
}

CollectiveKind kind_of(const std::string& name) {
  const auto kind = known_kind(name);
  ORRERY_CHECK(kind, "no collective is called {}", name);
  return *kind;
}

struct Place {
  const char* cluster;
  int node;  // chips of the innermost tier
};

// One node of each device of the kernel database.
const std::map<std::string, Place, std::less<>> kDevices = {{"a100_sxm", {"dgx-a100", 8}},
                                               {"h100_sxm", {"dgx-h100", 8}},
                                               {"h200_sxm", {"h200", 8}},
                                               {"b200_sxm", {"dgx-b200", 8}},
                                               {"b300_sxm", {"dgx-b300", 8}},
                                               {"gb200", {"gb200-nvl72", 72}},
                                               {"rtx_pro_6000_server", {"rtx-pro-6000-node", 8}}};

struct Published {
  const char* prefix;  // of the row's id
  Place place;
  GroupShape group;  // {0}: as many ranks of one node as the row says
  bool in_network = true;
};

// Rows of ground-truth/collectives.csv that name their hardware well enough. Not used: a run with
// an older EFA installer (aws-p5-2n-eks), forced algorithms that the library would not choose,
// kernels of expert parallelism (deepep), memory copies.
const Published kPublished[] = {
    {"aws-p4de-2n", {"aws-p4de", 8}, {{8, 2, 1, 1}}},
    {"aws-p5-2n-eks", {nullptr, 0}, {}},
    {"aws-p5-2n", {"aws-p5", 8}, {{8, 2, 1, 1}}},
    {"mle-a100-1n", {"dgx-a100", 8}, {{8, 1, 1, 1}}},
    {"mle-h200-1n", {"h200", 8}, {{8, 1, 1, 1}}},
    {"mle-b200-1n", {"dgx-b200", 8}, {{8, 1, 1, 1}}},
    {"mle-b200-4n", {"aws-p6-b200", 8}, {{8, 4, 1, 1}}},
    {"mle-h200-16G-all_reduce-Ring", {"h200", 8}, {{8, 1, 1, 1}}, false},
    {"mle-h200-16G", {"h200", 8}, {{8, 1, 1, 1}}},
    {"mle-h200-4n-NVLSTree", {nullptr, 0}, {}},
    {"mle-h200-4n", {"aws-p5en", 8}, {{8, 4, 1, 1}}, false},
    {"mle-mi300x-8", {"mi300x", 8}, {{8, 1, 1, 1}}},
    {"cw-h100-64", {"h100-superpod", 8}, {{8, 8, 1, 1}}},
    {"cw-gb200-72", {"gb200-nvl72", 72}, {{72, 1, 1, 1}}},
    {"cw-gb200-1440", {"gb200-nvl72", 72}, {{72, 20, 1, 1}}},
    {"cw-gb200-144", {"gb200-nvl72", 72}, {{72, 2, 1, 1}}},
    {"oci-h100-2n", {"h100-grand-teton", 8}, {{8, 2, 1, 1}}},
    {"mle-nvls-H200", {"h200", 8}, {{0, 1, 1, 1}}},
    {"mle-nvls-B200", {"dgx-b200", 8}, {{0, 1, 1, 1}}},
    {"ironwood-ag-2x2x1", {"tpu-v7-pod", 4}, {{4, 1, 1, 1}}}};

const Published* published(const std::string& id) {
  for (const Published& p : kPublished) {
    if (id.rfind(p.prefix, 0) == 0) return p.place.cluster == nullptr ? nullptr : &p;
  }
  return nullptr;
}

void read_ground_truth(const std::string& shared, std::vector<CollectiveRow>& out) {
  for (const auto& row : read_cells(shared + "/ground-truth/collectives.csv")) {
    const std::string& id = row.at("id");
    const Published* p = published(id);
    if (p == nullptr || row.at("time_us").empty()) continue;
    CollectiveRow r{std::string("published ") + p->place.cluster, p->place.cluster};
    GroupShape group = p->group;
    if (group.members[0] == 0) group.members[0] = std::stoi(row.at("num_ranks"));
    r.chips = p->place.node * group.members[1];
    r.call = {kind_of(row.at("collective")), Bytes{std::stod(row.at("size_bytes"))}, group};
    r.call.reducible_in_network = p->in_network && row.at("algo").rfind("Ring (NVLS off)", 0) != 0;
    if (id.rfind("ironwood", 0) == 0)
      r.call.size *= 2.0;  // each of the chip's two cores gathers as much
    r.measured = Seconds{std::stod(row.at("time_us")) * 1e-6};
    r.host_launched = true;
    r.weight = 5.0;
    out.push_back(r);
  }
}

struct History {
  const char* file;
  Place place;
  CollectiveKind kind;
  GroupShape group;
  int every;  // of thousands of near sizes, one in so many
  const char* workers = "";
  const char* per_node = "";
};

// vidur's profiles. Not used: all-reduce between its A100 nodes, whose network (8 GB/s a pair) is
// not stated; V100 pairs and quads, which see only part of a cube mesh; copied files.
const History kHistories[] = {{"network_a100_dgx_all_reduce",
                               {"dgx-a100", 8},
                               CollectiveKind::AllReduce,
                               {{2, 1, 1, 1}},
                               20,
                               "2",
                               "2"},
                              {"network_a100_dgx_all_reduce",
                               {"dgx-a100", 8},
                               CollectiveKind::AllReduce,
                               {{4, 1, 1, 1}},
                               20,
                               "4",
                               "4"},
                              {"network_a100_dgx_all_reduce",
                               {"dgx-a100", 8},
                               CollectiveKind::AllReduce,
                               {{8, 1, 1, 1}},
                               20,
                               "8",
                               "8"},
                              {"network_h100_dgx_all_reduce",
                               {"dgx-h100", 8},
                               CollectiveKind::AllReduce,
                               {{2, 1, 1, 1}},
                               20,
                               "2",
                               "2"},
                              {"network_h100_dgx_all_reduce",
                               {"dgx-h100", 8},
                               CollectiveKind::AllReduce,
                               {{4, 1, 1, 1}},
                               20,
                               "4",
                               "4"},
                              {"network_h100_dgx_all_reduce",
                               {"dgx-h100", 8},
                               CollectiveKind::AllReduce,
                               {{8, 1, 1, 1}},
                               20,
                               "8",
                               "8"},
                              {"network_a100_dgx_send_recv",
                               {"dgx-a100", 8},
                               CollectiveKind::SendRecv,
                               {{2, 1, 1, 1}},
                               20,
                               "2",
                               "2"},
                              {"network_h100_dgx_send_recv",
                               {"dgx-h100", 8},
                               CollectiveKind::SendRecv,
                               {{2, 1, 1, 1}},
                               20,
                               "2",
                               "2"},
                              {"network_h100_dgx_send_recv",
                               {"h100-superpod", 16},
                               CollectiveKind::SendRecv,
                               {{1, 2, 1, 1}},
                               20,
                               "2",
                               "1"},
                              {"history__a100__p2p_inter_node",
                               {"dgx-a100", 16},
                               CollectiveKind::SendRecv,
                               {{1, 2, 1, 1}},
                               200},
                              {"history__v100__all_reduce",
                               {"dgx2-v100", 8},
                               CollectiveKind::AllReduce,
                               {{8, 1, 1, 1}},
                               50,
                               "8"}};

using Row = std::map<std::string, std::string>;

double bytes_of(const Row& row) {
  if (row.contains("size")) return std::stod(row.at("size"));
  const double split = row.contains("num_tensor_parallel_workers")
                           ? std::stod(row.at("num_tensor_parallel_workers"))
                           : 1.0;
  return std::stod(row.at("n_embd")) * std::stod(row.at("num_tokens")) * 2.0 / split;
}

void read_history(const std::string& shared, const History& h, std::vector<CollectiveRow>& out) {
  const char* column = h.kind == CollectiveKind::SendRecv ? "time_stats.send_recv.median"
                                                          : "time_stats.all_reduce.median";
  int seen = 0;
  for (const auto& row : read_cells(shared + "/measured/network/" + h.file + ".csv.gz")) {
    if (*h.workers != '\0' && row.at("num_workers") != h.workers) continue;
    if (*h.per_node != '\0' && row.at("devices_per_node") != h.per_node) continue;
    const double bytes = bytes_of(row);
    if (bytes <= 0.0 || seen++ % h.every != 0) continue;
    CollectiveRow r{std::string("vidur ") + h.place.cluster, h.place.cluster, h.place.node};
    r.call = {h.kind, Bytes{bytes}, h.group};
    r.measured = Seconds{std::stod(row.at(column)) * 1e-3};
    r.host_launched = true;
    out.push_back(r);
  }
}

}  // namespace

Result<CollectiveTable> read_collective_table(const std::string& file) {
  const auto table = CsvTable::read(file);
  if (!table) return tl::unexpected(table.error());
  CollectiveTable out;
  using Key = std::tuple<std::string, std::string, std::string, std::string, int, double>;
  std::map<Key, std::vector<double>> times;
  for (std::size_t i = 0; i < table->size(); ++i) {
    const std::string_view device = table->text(i, "device");
    const std::string collective(table->text(i, "collective"));
    if (!known_kind(collective) || !kDevices.contains(device)) {
      ++out.skipped;
      continue;
    }
    for (const char* column : {"gpus", "bytes", "latency_us"}) {
      if (!table->is_above_zero(i, column))
        return tl::unexpected(table->no_number(file, i, column));
    }
    times[{std::string(device), std::string(table->text(i, "library")), collective,
           std::string(table->text(i, "dtype")), static_cast<int>(table->number(i, "gpus")),
           table->number(i, "bytes")}]
        .push_back(table->number(i, "latency_us") * 1e-6);
  }
  for (auto& [key, list] : times) {
    const auto& [device, library, collective, dtype, gpus, bytes] = key;
    const Place place = kDevices.find(device)->second;
    std::nth_element(list.begin(), list.begin() + list.size() / 2, list.end());
    CollectiveRow row{"measured " + device, place.cluster, place.node};
    row.call = {kind_of(collective), Bytes{bytes}, {{gpus, 1, 1, 1}}};
    row.call.reducible_in_network = dtype != "int8";
    row.call.engine_kernels = library != "nccl";
    row.measured = Seconds{list[list.size() / 2]};
    out.rows.push_back(row);
  }
  return out;
}

std::vector<CollectiveRow> read_collective_rows(const std::string& shared) {
  std::vector<CollectiveRow> out;
  if (auto table = read_collective_table(shared + "/measured/collective.csv.gz"))
    out = std::move(table->rows);
  read_ground_truth(shared, out);
  for (const History& h : kHistories) read_history(shared, h, out);
  // The same call on another device or in another number format is no independent witness: it is
  // held out everywhere or nowhere.
  using Key = std::tuple<CollectiveKind, bool, int, int, double>;
  std::map<Key, int> order;
  for (CollectiveRow& row : out) {
    const auto& members = row.call.group.members;
    const Key key{row.call.kind, row.call.engine_kernels, members[0], members[1],
                  row.call.size.value()};
    const int place = order.emplace(key, static_cast<int>(order.size())).first->second;
    const bool twenty_racks = row.call.group.ranks() > 1000;  // no algorithm of ours explains them
    row.held_out = place % 5 == 4 || twenty_racks;
  }
  return out;
}

Cluster catalog_cluster(const std::string& catalog, const std::string& name, int chips) {
  Diagnostics problems;
  const auto file_node = read_document(catalog + "/clusters/" + name + ".yaml");
  ORRERY_CHECK(file_node, "no cluster {} in {}", name, catalog);
  const auto file = read<ClusterFile>(*file_node, problems);
  const auto chip_node = read_document(catalog + "/chips/" + file.chip + ".yaml");
  ORRERY_CHECK(chip_node, "no chip {} in {}", file.chip, catalog);
  const auto chip = read<Chip>(*chip_node, problems);
  auto cluster = finish_cluster(file, chip, chips, *file_node);
  ORRERY_CHECK(problems.empty() && cluster, "cluster {} does not read", name);
  return std::move(*cluster);
}

}  // namespace orrery
