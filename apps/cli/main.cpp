// orrery: parses the command line, calls one command, turns our own bugs into exit code 1.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "commands.hpp"
#include "completion.hpp"

namespace {

using namespace orrery::cli;  // NOLINT(google-build-using-namespace): the one edge that uses all of it

template <class Options>
void add_changes(CLI::App* command, Options& options) {
  command->add_option("--set", options.changes,
                      "change a field of the chip, as often as needed: chip.hbm.bandwidth=6TB/s")
      ->allow_extra_args(false);
}

template <class Options>
void add_json(CLI::App* command, Options& options) {
  command->add_flag_callback("--json", [&options] { options.format = Format::Json; }, "print JSON on stdout");
}

void add_chip_model(CLI::App* command, std::string& model) {
  command->add_option("--chip-model", model, "how kernels are priced: roofline, tile or cycle")
      ->check(CLI::IsMember({"roofline", "tile", "cycle"}))
      ->capture_default_str();
}

void add_measured(CLI::App* command, std::vector<std::string>& tables) {
  command->add_option("--measured", tables,
                      "CSV of kernels measured on this chip, as measure/ writes them: interpolate between those")
      ->check(CLI::ExistingFile);
}

int dispatch(int argc, char** argv) {
  CLI::App app{"Orrery predicts how fast, how hot and how expensive a machine-learning system will be.", "orrery"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "orrery 0.1.0");
  app.footer("Exit codes: 0 ok, 1 our bug, 2 wrong input, 3 does not fit.");
  app.add_option_function<std::string>("--completion",
                                       [&app](const std::string& shell) {
                                         fmt::print("{}", completion_script(app, shell));
                                         throw CLI::Success();
                                       },
                                       "print a completion script: eval \"$(orrery --completion bash)\"")
      ->check(CLI::IsMember({"bash", "zsh"}));
  int status = 0;

  RunOptions run;
  auto* run_cmd = app.add_subcommand("run", "predict one study");
  run_cmd->add_option("study", run.study, "study file (YAML)")->required();
  add_json(run_cmd, run);
  run_cmd->add_flag_callback("--csv", [&run] { run.format = Format::Csv; }, "network studies: print CSV on stdout");
  add_chip_model(run_cmd, run.chip_model);
  add_measured(run_cmd, run.measured);
  run_cmd->add_option("--svg", run.svg, "network studies: draw the load of every link into this file");
  run_cmd->callback([&] { status = run_command(run); });

  TuneOptions tune;
  auto* tune_cmd = app.add_subcommand("tune", "the best plans for a study");
  tune_cmd->add_option("study", tune.study, "study file (YAML)")->required();
  tune_cmd->add_option("--objective", tune.objective, "time, cost, energy or memory")
      ->check(CLI::IsMember({"time", "cost", "energy", "memory"}))
      ->capture_default_str();
  tune_cmd->add_option("--top", tune.top, "how many plans to show")->check(CLI::Range(1, 1000))->capture_default_str();
  add_json(tune_cmd, tune);
  tune_cmd->callback([&] { status = tune_command(tune); });

  InspectOptions inspect;
  auto* inspect_cmd = app.add_subcommand("inspect", "parameters, FLOPs and bytes of a model");
  inspect_cmd->add_option("model", inspect.model, "catalog name, or a path to a config.json")->required();
  inspect_cmd->add_option("--sequence", inspect.sequence, "tokens a sequence")
      ->check(CLI::Range(1.0, 1e9))
      ->capture_default_str();
  add_json(inspect_cmd, inspect);
  inspect_cmd->callback([&] { status = inspect_command(inspect); });

  CompareOptions compare;
  auto* compare_cmd = app.add_subcommand("compare", "two studies side by side");
  compare_cmd->add_option("studies", compare.studies, "two study files")->required()->expected(2);
  add_json(compare_cmd, compare);
  compare_cmd->callback([&] { status = compare_command(compare); });

  OpOptions op;
  auto* op_cmd = app.add_subcommand("op", "how long one op takes on one chip, and why");
  op_cmd->add_option("op", op.op, "\"matmul 8192x8192x8192 bf16\", \"attention q=4096 heads=32 bf16\"")->required();
  op_cmd->add_option("--chip", op.chip, "a chip of the catalog, or a path to a YAML file")->required();
  add_changes(op_cmd, op);
  add_chip_model(op_cmd, op.model);
  add_measured(op_cmd, op.measured);
  op_cmd->add_flag("--explain", op.explain, "where the time goes");
  op_cmd->footer(op_help());
  add_json(op_cmd, op);
  op_cmd->callback([&] { status = op_command(op); });

  ChipOptions chip;
  auto* chip_cmd = app.add_subcommand("chip", "peaks, power, area, yield, cost and carbon of a chip");
  chip_cmd->add_option("chip", chip.chip, "a chip of the catalog, or a path to a YAML file")->required();
  add_changes(chip_cmd, chip);
  chip_cmd->add_flag("--dram", chip.dram, "what linear, strided and random reads get out of its memory");
  add_json(chip_cmd, chip);
  chip_cmd->callback([&] { status = chip_command(chip); });

  RooflineOptions roofline;
  auto* roofline_cmd = app.add_subcommand("roofline", "every op of a model on the roofline of a chip");
  roofline_cmd->add_option("model", roofline.model, "catalog name, or a path to a config.json")->required();
  roofline_cmd->add_option("--chip", roofline.chip, "a chip of the catalog, or a path to a YAML file")->required();
  add_changes(roofline_cmd, roofline);
  roofline_cmd->add_option("--task", roofline.task, "prefill or decode")
      ->check(CLI::IsMember({"prefill", "decode"}))
      ->capture_default_str();
  roofline_cmd->add_option("--sequences", roofline.sequences, "sequences at once")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  roofline_cmd->add_option("--length", roofline.length, "tokens of a prompt, or in the cache of a decode step")
      ->check(CLI::Range(1.0, 1e9))
      ->capture_default_str();
  roofline_cmd->add_option("--format", roofline.number_format, "number format of the linear layers")
      ->check(CLI::IsMember({"fp32", "tf32", "fp16", "bf16", "fp8", "int8", "fp4"}))
      ->capture_default_str();
  roofline_cmd->add_option("--chip-model", roofline.chip_model, "roofline, tile or cycle")
      ->check(CLI::IsMember({"roofline", "tile", "cycle"}))
      ->capture_default_str();
  roofline_cmd->add_option("--svg", roofline.svg, "draw it into this file");
  add_json(roofline_cmd, roofline);
  roofline_cmd->callback([&] { status = roofline_command(roofline); });

  TopologyOptions topology;
  auto* topology_cmd = app.add_subcommand("topology", "facts and picture of a network");
  topology_cmd->add_option("what", topology.what,
                           "a network study, a cluster of the catalog, or a topology (cables of 400 Gb/s where none are given) such as \"{kind: torus, shape: [8, 8]}\"; "
                           "`orrery list topologies` names the kinds")
      ->required();
  topology_cmd->add_option("--svg", topology.svg, "draw it into this file");
  add_json(topology_cmd, topology);
  topology_cmd->callback([&] { status = topology_command(topology); });

  ListOptions list;
  auto* list_cmd = app.add_subcommand("list", "what the catalog holds");
  list_cmd->add_option("kind", list.kind, "chips, models, clusters, stacks, collectives, schedules or topologies")
      ->required()
      ->check(CLI::IsMember(
          {"chips", "models", "clusters", "stacks", "collectives", "schedules", "topologies"}));
  add_json(list_cmd, list);
  list_cmd->callback([&] { status = list_command(list); });

  DescribeOptions describe;
  auto* describe_cmd = app.add_subcommand("describe", "every field of a kind, with unit and default");
  describe_cmd->add_option("kind", describe.kind, kDescribed)
      ->required();
  describe_cmd->add_option("name", describe.name, "a catalog name, to see its file too; a kind of topology");
  add_json(describe_cmd, describe);
  describe_cmd->callback([&] { status = describe_command(describe); });

  CalibrateOptions calibrate;
  auto* calibrate_cmd = app.add_subcommand("calibrate", "fit a chip's kernel model to measured kernels");
  calibrate_cmd->add_option("tables", calibrate.tables, "CSV tables of measured kernels, as measure/ writes them")
      ->required();
  calibrate_cmd->add_option("--chip", calibrate.chip, "catalog name of the chip")->required();
  calibrate_cmd->add_option("--stack", calibrate.stack, "library and version, part of the file's name")
      ->capture_default_str();
  calibrate_cmd->add_option("--share", calibrate.share, "share of the rows of each kind that the fit sees; the rest judges")
      ->check(CLI::Range(0.01, 1.0))
      ->capture_default_str();
  calibrate_cmd->add_option("--out", calibrate.out, "file to write; by default in the catalog");
  calibrate_cmd->callback([&] { status = calibrate_command(calibrate); });

  ValidateCommandOptions validate;
  auto* validate_cmd = app.add_subcommand("validate", "predict published measurements and score ourselves");
  validate_cmd->add_option("--rows", validate.rows, "CSV of published rows; by default those of validation/");
  validate_cmd->add_option("--collectives", validate.collectives,
                           "a folder with ground-truth/collectives.csv: score published collectives instead of runs");
  validate_cmd->add_option("--kernels", validate.kernels, "a folder of measured kernels: score single kernels instead of runs");
  add_chip_model(validate_cmd, validate.chip_model);
  validate_cmd->add_flag("--leave-chip-out", validate.leave_chip_out,
                         "with --kernels: judge every chip with the coefficients of another");
  validate_cmd->add_option("--source", validate.source, "only rows whose source contains this");
  validate_cmd->add_option("--worst", validate.worst, "print the N worst rows")->check(CLI::NonNegativeNumber);
  validate_cmd->add_option("--row", validate.row, "explain one row: where its time goes");
  validate_cmd->add_flag("--fit", validate.fit, "fit the stacks on these rows and write them to the catalog");
  validate_cmd->add_flag("--markdown", validate.markdown, "print docs/accuracy.md");
  validate_cmd->add_flag("--quick", validate.quick, "skip cross-validation");
  add_json(validate_cmd, validate);
  validate_cmd->callback([&] { status = validate_command(validate); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);  // --help, --version
  } catch (const CLI::ParseError& e) {
    app.exit(e);
    return kWrongInput;
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int status = dispatch(argc, argv);
    if (std::fflush(stdout) != 0) {
      fmt::print(stderr, "saw an output that cannot be written; expected room for it\n");
      return kWrongInput;
    }
    return status;
  } catch (const std::exception& e) {
    fmt::print(stderr, "orrery: internal error, please report it: {}\n", e.what());
    return 1;
  }
}
