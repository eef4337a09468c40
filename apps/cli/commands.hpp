// The commands of `orrery`, one function each: options in, exit code out. Parsing is main.cpp's.
#pragma once
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "orrery/base/result.hpp"

namespace orrery::cli {

// 0 ok, 1 our bug, 2 wrong input, 3 does not fit.
inline constexpr int kOk = 0, kWrongInput = 2, kDoesNotFit = 3;

enum class Format { Text, Json, Csv };

struct RunOptions {
  std::string study;
  std::string chip_model = "roofline";
  std::vector<std::string> measured;  // tables of one's own kernels
  std::string svg;  // where a network study draws its links' loads
  Format format = Format::Text;
};
int run_command(const RunOptions&);

struct TuneOptions {
  std::string study;
  std::string objective = "time";
  int top = 10;
  Format format = Format::Text;
};
int tune_command(const TuneOptions&);

struct InspectOptions {
  std::string model;
  double sequence = 8192;
  Format format = Format::Text;
};
int inspect_command(const InspectOptions&);

struct CompareOptions {
  std::vector<std::string> studies;
  Format format = Format::Text;
};
int compare_command(const CompareOptions&);

struct OpOptions {
  std::string op;  // "matmul 8192x8192x8192 bf16"
  std::string chip, model = "tile";
  std::vector<std::string> changes;  // "chip.hbm.bandwidth=6TB/s"
  std::vector<std::string> measured;  // tables of one's own kernels
  bool explain = false;
  Format format = Format::Text;
};
int op_command(const OpOptions&);
std::string op_help();  // how every op is written

struct ChipOptions {
  std::string chip;  // of the catalog, or a path to a YAML file
  std::vector<std::string> changes;
  bool dram = false;
  Format format = Format::Text;
};
int chip_command(const ChipOptions&);

struct RooflineOptions {
  std::string model, chip, chip_model = "tile";
  std::vector<std::string> changes;
  std::string task = "prefill", number_format = "bf16", svg;
  double sequences = 1, length = 8192;
  Format format = Format::Text;
};
int roofline_command(const RooflineOptions&);

struct TopologyOptions {
  std::string what;  // a study file, or "{kind: torus, shape: [8, 8]}"
  std::string svg;
  Format format = Format::Text;
};
int topology_command(const TopologyOptions&);

struct ListOptions {
  std::string kind;
  Format format = Format::Text;
};
int list_command(const ListOptions&);

// What `describe` takes.
inline constexpr const char* kDescribed =
    "chip, cluster, model, plan, batch, stack, published, collective, traffic, packet, link, failed or topology";
struct DescribeOptions {
  std::string kind, name;
  Format format = Format::Text;
};
int describe_command(const DescribeOptions&);

struct CalibrateOptions {
  std::string chip, stack = "measured", out;
  std::vector<std::string> tables;
  double share = 0.1;  // of the rows of each kind, that the fit sees
};
int calibrate_command(const CalibrateOptions&);

struct ValidateCommandOptions {
  std::vector<std::string> rows;
  std::string source, row;
  std::string kernels;  // a folder of measured kernels, instead of rows
  std::string collectives;  // a folder of published collectives, instead of rows
  std::string chip_model = "roofline";
  bool leave_chip_out = false;  // kernels: coefficients of a relative
  int worst = 0;
  bool fit = false, markdown = false, quick = false;
  Format format = Format::Text;
};
int validate_command(const ValidateCommandOptions&);

// Prints problems to stderr, one a line, and answers kWrongInput.
int report_problems(const Diagnostics& problems);

// Where that fails, a problem that names the option which gave the path.
Diagnostics write_file(const char* option, const std::string& path, const std::string& text);

bool stdout_is_terminal();
// A bar with the time left on stderr, when that is a terminal and the work takes over two seconds.
class Progress {
 public:
  explicit Progress(std::string what) : what_(std::move(what)) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();  // takes the line away again
  void operator()(double share);

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  Clock::time_point start_ = Clock::now();
  bool shown_ = false;
};

}  // namespace orrery::cli
