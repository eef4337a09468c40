// PowerCalibration: what a board draws for what it does, in energies an act of work costs. Fitted
// on measured board power; a chip that was never metered takes its kin's, scaled by physics.
#pragma once
#include <string>
#include <vector>

#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"
#include "orrery/hw/chip.hpp"
#include "orrery/ops/dtype.hpp"

namespace orrery {

using JoulesPerFlop = decltype(Joules{} / Flops{});

// At boost clock and voltage. fp8_block: the fp8 units, with a scale a block applied outside them.
struct FlopEnergies {
  JoulesPerFlop fp32, tf32, bf16, fp8, fp8_block, int8, fp4;
  JoulesPerFlop vector;
};

struct PowerError {
  std::string kind;  // "matmul bfloat16"
  int fitted_rows = 0, held_out_rows = 0;
  double fitted = 0, held_out = 0;            // median |predicted / metered - 1|
  double fitted_long = 0, held_out_long = 0;  // launches above 20 us
};

// How a chip that was not metered takes the coefficients of one that was.
enum class Borrowing : std::uint8_t {
  None,        // metered itself
  Generation,  // same process and units: energies and watts a core carry over
  Process,     // other cores: energies go with the process, core power with arithmetic too
  PowerLimit,  // a product at its peak rate draws the same share of the power limit
};

template <>
struct EnumNames<Borrowing> {
  static constexpr std::pair<const char*, Borrowing> values[] = {
      {"none", Borrowing::None},
      {"generation", Borrowing::Generation},
      {"process", Borrowing::Process},
      {"power_limit", Borrowing::PowerLimit}};
};

struct PowerCalibration {
  std::string name, source, date;
  std::vector<std::string> borrowed_from;  // chips; their mean where there are several
  Borrowing borrowing = Borrowing::None;
  int rows = 0;
  double standing = 0.2;  // share of the power limit drawn while clocks run and nothing else does
  double limit = 0.98;    // share of the power limit at which the governor holds the board
  Watts core;             // a busy core beside its arithmetic: fetch, registers, its memory
  Seconds ramp;        // a launch nears its full draw with this time constant: cores fill and drain
  double crowd = 0.5;  // cores' power grows with (share of them busy)^crowd
  double voltage = 0.75;  // at zero clock, over that at boost
  Seconds interval;  // its meter's, not its own: time that one launch from the host stands for at
                     // least; short runs end before the meter has averaged
  JoulesPerByte main_memory;  // a byte between main memory and the chip
  JoulesPerByte on_chip;      // a byte between the last-level cache and the cores
  FlopEnergies flop;
  std::vector<PowerError> errors;
};

template <class V>
void describe(V& v, FlopEnergies& f) {
  v("fp32", f.fp32, "matrix units, a FLOP in fp32");
  v("tf32", f.tf32, "matrix units, a FLOP in tf32");
  v("bf16", f.bf16, "matrix units, a FLOP in bf16 or fp16", kRequired);
  v("fp8", f.fp8, "matrix units, a FLOP in fp8");
  v("fp8_block", f.fp8_block, "the same with a scale a block applied outside them");
  v("int8", f.int8, "matrix units, an operation in int8");
  v("fp4", f.fp4, "matrix units, a FLOP in fp4");
  v("vector", f.vector, "vector units, a FLOP in fp32");
}

template <class V>
void describe(V& v, PowerError& e) {
  v("kind", e.kind, "op and number format", kRequired);
  v("fitted_rows", e.fitted_rows, "rows the fit saw");
  v("held_out_rows", e.held_out_rows, "rows it did not see");
  v("fitted", e.fitted, "median |predicted / metered - 1|, fitted rows");
  v("held_out", e.held_out, "the same, held-out rows");
  v("fitted_long", e.fitted_long, "fitted rows above 20 us");
  v("held_out_long", e.held_out_long, "held-out rows above 20 us");
}

template <class V>
void describe(V& v, PowerCalibration& c) {
  v("name", c.name, "catalog name", kRequired);
  v("source", c.source, "where the rows came from", kRequired);
  v("date", c.date, "of the fit");
  v("borrowed_from", c.borrowed_from, "chips whose coefficients these are, or are the mean of");
  v("borrowing", c.borrowing, "how they carry over");
  v("rows", c.rows, "metered rows fitted");
  v("standing", c.standing,
    "share of the power limit drawn while clocks run and nothing else does");
  v("limit", c.limit, "share of the power limit at which the governor holds the board");
  v("core", c.core, "a busy core beside its arithmetic");
  v("crowd", c.crowd, "cores' power grows with (share of them busy)^crowd");
  v("ramp", c.ramp, "a launch nears its full draw with this time constant");
  v("voltage", c.voltage, "at zero clock, over that at boost");
  v("interval", c.interval, "least time that a launch from the host stood for at its meter");
  v("main_memory", c.main_memory, "a byte between main memory and the chip");
  v("on_chip", c.on_chip, "a byte between the last-level cache and the cores");
  v("flop", c.flop, "energy of arithmetic by number format");
  v("errors", c.errors, "of the fit, by number format");
}

// The coefficients of `from` carried to `to`, as `how` says. `process`: energy of switching there,
// over that on the process of `from`.
PowerCalibration carried_over(const PowerCalibration& metered, const Chip& from, const Chip& to,
                              Borrowing how, double process = 1.0);

// What several chips lend one: the geometric mean of each coefficient. One that some lack is
// averaged plainly. Precondition: there are some.
PowerCalibration mean_of(const std::vector<PowerCalibration>& lent);

// "metered", or whose coefficients these are.
std::string origin(const PowerCalibration& c);

}  // namespace orrery
