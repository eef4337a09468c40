// How far single kernels and collectives are from measured ones: `orrery validate --kernels FOLDER`.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "orrery/accuracy/score.hpp"
#include "orrery/study/catalog.hpp"

namespace orrery {

// One measured kernel. The two yardsticks see the measured table, the prediction does not.
struct KernelOutcome {
  std::string op, device, dtype;  // "matmul", "h100_sxm", "fp8_block"
  double predicted = 0, measured = 0;  // seconds; watts of the whole board for "board_power"
  double typical = 0;  // the roofline over the median efficiency of its op, device, dtype and bound
  double launch = 0;   // seconds of one launch where `measured` is something else: watts
  double nearest = 0;  // between the four nearest shapes of the same op, device and dtype
};

struct KernelScores {
  std::vector<KernelOutcome> rows;
  std::map<std::string, int> skipped;  // by op: a device that the catalog does not know
  // By device: the chips that lent its coefficients, and the one that lent its power's.
  std::map<std::string, std::string> kin, power_kin;
};

// Whose coefficients a chip is judged with.
enum class Coefficients : std::uint8_t {
  Own,  // its calibration's
  Kin,  // those of another measured chip, lent: what they say of a chip that nobody timed
};

struct KernelScoreOptions {
  Coefficients coefficients = Coefficients::Own;
  std::string chip_model = "roofline";  // which of compute_models()
  bool yardsticks = false;  // fill `typical` and `nearest` too
};

// Tables as in `shared/measured` (matmul, attention_prefill, attention_decode, mla_attention, moe,
// collective, matmul_power .csv.gz).
tl::expected<KernelScores, Diagnostics> score_kernels(const std::string& folder,
                                                      const Catalog& catalog,
                                                      const KernelScoreOptions& options);

std::string to_text(const KernelScores& scores);
std::string to_json(const KernelScores& scores);

}  // namespace orrery
