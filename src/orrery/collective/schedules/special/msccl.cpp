#include "orrery/collective/schedules/special/msccl.hpp"

#include <fmt/format.h>
#include <tinyxml2.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "orrery/base/check.hpp"
#include "orrery/base/text/reader.hpp"

namespace orrery {
namespace {

using tinyxml2::XMLElement;

// Steps of all blocks, run in the only order that their dependencies allow; what a send does is the
// caller's: deliver at once, or put a message on a network.
class Progress {
 public:
  explicit Progress(const MscclProgram& program) : program_(program) {
    for (const auto& gpu : program.gpus) {
      at_.emplace_back(gpu.size(), 0);
      sending_.emplace_back(gpu.size(), false);
    }
  }

  // Every block of every GPU as far as it comes; Send is called as send(gpu, block).
  template <class Send>
  void start(Send&& send) {
    for (std::size_t g = 0; g < at_.size(); ++g) advance_gpu(g, send);
  }

  // The message of that block has arrived.
  template <class Send>
  void arrived(std::size_t g, std::size_t b, Send&& send) {
    const MscclBlock& block = program_.gpus[g][b];
    ++waiting_[{static_cast<std::int32_t>(g), block.send_peer, block.channel}];
    sending_[g][b] = false;
    ++at_[g][b];
    advance_gpu(g, send);
    advance_gpu(static_cast<std::size_t>(block.send_peer), send);
  }

  // A step that has not been reached, or nullptr when all are done.
  [[nodiscard]] const MscclStep* stuck() const {
    for (std::size_t g = 0; g < at_.size(); ++g) {
      for (std::size_t b = 0; b < at_[g].size(); ++b) {
        const auto& steps = program_.gpus[g][b].steps;
        if (at_[g][b] < steps.size()) return &steps[at_[g][b]];
      }
    }
    return nullptr;
  }

  [[nodiscard]] const MscclStep& step(std::size_t g, std::size_t b) const {
    return program_.gpus[g][b].steps[at_[g][b]];
  }

 private:
  template <class Send>
  void advance_gpu(std::size_t g, Send&& send) {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t b = 0; b < at_[g].size(); ++b) moved = advance(g, b, send) || moved;
    }
  }

  template <class Send>
  bool advance(std::size_t g, std::size_t b, Send&& send) {
    const MscclBlock& block = program_.gpus[g][b];
    bool moved = false;
    while (at_[g][b] < block.steps.size() && !sending_[g][b]) {
      const MscclStep& s = block.steps[at_[g][b]];
      if (s.block >= 0 &&
          at_[g][static_cast<std::size_t>(s.block)] <= static_cast<std::size_t>(s.step))
        return moved;
      if (s.receives) {
        auto& there = waiting_[{block.receive_peer, static_cast<std::int32_t>(g), block.channel}];
        if (there == 0) return moved;
        --there;
      }
      moved = true;
      if (!s.sends) {
        ++at_[g][b];
        continue;
      }
      sending_[g][b] = true;
      send(g, b);
    }
    return moved;
  }

  const MscclProgram& program_;
  std::vector<std::vector<std::size_t>> at_;  // step of each block
  std::vector<std::vector<bool>> sending_;
  std::map<std::tuple<std::int32_t, std::int32_t, std::int32_t>, std::int64_t> waiting_;
};

class MscclTraffic final : public Traffic {
 public:
  MscclTraffic(const MscclProgram& program, Bytes vector, std::vector<std::uint32_t> endpoints)
      : program_(program),
        progress_(program),
        chunk_(vector / program.chunks),
        endpoints_(std::move(endpoints)) {}

  void begin(Injector& network) override {
    progress_.start([&](std::size_t g, std::size_t b) { send(g, b, network); });
  }
  void delivered(std::uint64_t tag, Injector& network) override {
    progress_.arrived(tag >> 32, tag & 0xffffffff,
                      [&](std::size_t g, std::size_t b) { send(g, b, network); });
  }

 private:
  void send(std::size_t g, std::size_t b, Injector& network) {
    const MscclBlock& block = program_.gpus[g][b];
    network.send({endpoints_[g], endpoints_[static_cast<std::size_t>(block.send_peer)],
                  progress_.step(g, b).chunks * chunk_, std::uint64_t{g} << 32 | b,
                  static_cast<std::uint64_t>(block.channel)});
  }

  const MscclProgram& program_;
  Progress progress_;
  Bytes chunk_;
  std::vector<std::uint32_t> endpoints_;
};

class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  MscclProgram read(const XMLElement& algo) {
    MscclProgram p;
    p.name = text(algo, "name");
    p.ranks = static_cast<std::uint32_t>(number(algo, "ngpus", 1, 1 << 18));
    p.chunks = static_cast<double>(number(algo, "nchunksperloop", 1, 1 << 24));
    p.kind = kind_of(algo);
    p.gpus.resize(p.ranks);
    std::vector<bool> seen(p.ranks, false);
    for (const XMLElement* gpu = algo.FirstChildElement("gpu"); gpu != nullptr;
         gpu = gpu->NextSiblingElement("gpu")) {
      const auto id = static_cast<std::size_t>(number(*gpu, "id", 0, p.ranks - 1));
      if (seen[id]) fail(*gpu, fmt::format("saw gpu {} twice; expected it once", id));
      seen[id] = true;
      read_gpu(*gpu, p.ranks, p.gpus[id]);
    }
    for (std::size_t g = 0; g < seen.size(); ++g) {
      if (!seen[g])
        fail(algo, fmt::format("saw no gpu {}; expected one for each of {}", g, p.ranks));
    }
    return p;
  }

  void fail_at(int line, const std::string& what) {
    problems.push_back({fmt::format("{}:{}:1: /algo", path_, line), what});
  }

  Diagnostics problems;

 private:
  void fail(const XMLElement& e, const std::string& what) { fail_at(e.GetLineNum(), what); }

  std::string text(const XMLElement& e, const char* key) {
    const char* value = e.Attribute(key);
    if (value != nullptr) return value;
    fail(e, fmt::format("saw no {} in <{}>; expected it there", key, e.Name()));
    return "";
  }

  std::int64_t number(const XMLElement& e, const char* key, std::int64_t least, std::int64_t most) {
    std::int64_t value = least;
    if (e.QueryInt64Attribute(key, &value) == tinyxml2::XML_SUCCESS && value >= least &&
        value <= most)
      return value;
    const char* said = e.Attribute(key);
    fail(e, fmt::format("saw {} = {}; expected a whole number, {} to {}", key,
                        said != nullptr ? one_line(said, 40) : "nothing", least, most));
    return least;
  }

  CollectiveKind kind_of(const XMLElement& algo) {
    const std::string coll = text(algo, "coll");
    constexpr std::pair<const char*, CollectiveKind> kKinds[] = {
        {"allreduce", CollectiveKind::AllReduce},
        {"allgather", CollectiveKind::AllGather},
        {"reduce_scatter", CollectiveKind::ReduceScatter},
        {"alltoall", CollectiveKind::AllToAll},
        {"broadcast", CollectiveKind::Broadcast},
        {"reduce", CollectiveKind::Reduce},
        {"custom", CollectiveKind::AllReduce}};
    for (const auto& [name, kind] : kKinds) {
      if (coll == name) return kind;
    }
    fail(algo, fmt::format("saw coll {}; expected allreduce, allgather, reduce_scatter, alltoall, "
                           "broadcast, reduce or custom",
                           one_line(coll, 40)));
    return CollectiveKind::AllReduce;
  }

  void read_gpu(const XMLElement& gpu, std::uint32_t ranks, std::vector<MscclBlock>& blocks) {
    for (const XMLElement* tb = gpu.FirstChildElement("tb"); tb != nullptr;
         tb = tb->NextSiblingElement("tb")) {
      MscclBlock block;
      block.send_peer = static_cast<std::int32_t>(number(*tb, "send", -1, ranks - 1));
      block.receive_peer = static_cast<std::int32_t>(number(*tb, "recv", -1, ranks - 1));
      block.channel = static_cast<std::int32_t>(number(*tb, "chan", 0, 1 << 16));
      for (const XMLElement* s = tb->FirstChildElement("step"); s != nullptr;
           s = s->NextSiblingElement("step"))
        block.steps.push_back(step_of(*s, block));
      blocks.push_back(std::move(block));
    }
    for (const MscclBlock& block : blocks) {
      for (const MscclStep& s : block.steps) {
        const bool known =
            s.block < 0 || (s.block < static_cast<std::int32_t>(blocks.size()) &&
                            s.step < static_cast<std::int32_t>(
                                         blocks[static_cast<std::size_t>(s.block)].steps.size()));
        if (!known)
          fail_at(s.line,
                  fmt::format("saw a wait for step {} of block {}; expected one of this gpu",
                              s.step, s.block));
      }
    }
  }

  MscclStep step_of(const XMLElement& e, const MscclBlock& block) {
    MscclStep s;
    s.line = e.GetLineNum();
    const std::string type = text(e, "type");
    constexpr const char* kTypes[] = {"s", "r", "rcs", "rrc", "rrs", "rrcs", "re", "cpy", "nop"};
    if (std::ranges::find(kTypes, type) == std::end(kTypes))
      fail(e,
           fmt::format("saw a step of type {}; expected s, r, rcs, rrc, rrs, rrcs, re, cpy or nop",
                       one_line(type, 40)));
    s.receives = type.starts_with("r") && type != "re";
    s.sends = type.ends_with("s");
    if (s.sends || s.receives) s.chunks = static_cast<double>(number(e, "cnt", 1, 1 << 24));
    if (s.sends && block.send_peer < 0)
      fail(e, "saw a send in a block without a peer; expected send >= 0");
    if (s.receives && block.receive_peer < 0)
      fail(e, "saw a receive in a block without a peer; expected recv >= 0");
    s.block = static_cast<std::int32_t>(number(e, "depid", -1, 1 << 16));
    s.step = static_cast<std::int32_t>(number(e, "deps", -1, 1 << 24));
    return s;
  }

  std::string path_;
};

}  // namespace

tl::expected<MscclProgram, Diagnostics> read_msccl(const std::string& path) {
  tinyxml2::XMLDocument document;
  if (document.LoadFile(path.c_str()) != tinyxml2::XML_SUCCESS) {
    return tl::unexpected(
        Diagnostics{{fmt::format("{}:{}:1: /", path, std::max(1, document.ErrorLineNum())),
                     fmt::format("saw no readable XML ({}); expected an MSCCL program",
                                 document.ErrorName())}});
  }
  Reader reader(path);
  const XMLElement* algo = document.FirstChildElement("algo");
  if (algo == nullptr) {
    reader.fail_at(1, "saw no <algo>; expected an MSCCL program");
    return tl::unexpected(reader.problems);
  }
  MscclProgram program = reader.read(*algo);
  if (!reader.problems.empty()) return tl::unexpected(reader.problems);
  // With messages that arrive at once every step is reached, or never.
  Progress progress(program);
  std::vector<std::pair<std::size_t, std::size_t>> messages;
  const auto send = [&](std::size_t g, std::size_t b) { messages.emplace_back(g, b); };
  progress.start(send);
  while (!messages.empty()) {
    const auto [g, b] = messages.back();
    messages.pop_back();
    progress.arrived(g, b, send);
  }
  if (const MscclStep* step = progress.stuck()) {
    reader.fail_at(step->line,
                   "saw a step that is never reached; expected no circle of waits, and a send for "
                   "each receive");
    return tl::unexpected(reader.problems);
  }
  return program;
}

std::unique_ptr<Traffic> msccl_traffic(const MscclProgram& program, Bytes vector,
                                       std::vector<std::uint32_t> endpoints) {
  ORRERY_CHECK(endpoints.size() == program.ranks, "{} endpoints for {} ranks", endpoints.size(),
               program.ranks);
  return std::make_unique<MscclTraffic>(program, vector, std::move(endpoints));
}

}  // namespace orrery
