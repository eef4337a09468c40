// Memories and request streams of two public simulators, as they were run for the bandwidths that
// tests compare with. DRAMsim3 at 2981759: configs/*.ini. Ramulator 2.1 at c5b1c3a:
// python/ramulator/dram/hbm2.py and hbm3.py.
#pragma once
#include "orrery/compute/dram/dram_spec.hpp"

namespace orrery::testing {

using enum DramField;

// HBM2_8Gb_x128.ini: eight channels of 128 bits, mapping rorabgbachco.
inline DramSpec dramsim3_hbm2() {
  DramSpec s;
  s.timing = {.cycle = Seconds{1e-9}, .burst = 2, .read_latency = 14, .write_latency = 4};
  s.timing.rcd_read = s.timing.rcd_write = s.timing.rp = 14;
  s.timing.ras = 34;
  s.timing.rc = 48;
  s.timing.rtp = 5;  // the file has no tRTP: the tool's default
  s.timing.wr = 16;
  s.timing.ccd_s = 1;
  s.timing.ccd_l = s.timing.ccd_r = 2;
  s.timing.rrd_s = 4;
  s.timing.rrd_l = 6;
  s.timing.faw = 30;
  s.timing.wtr_s = 6;
  s.timing.wtr_l = 8;
  s.timing.read_to_write = 14 + 2 - 4 + 2;  // RL + burst - WL + tRTRS
  s.timing.refi = 3900;
  s.timing.rfc = 260;
  s.shape = {.channels = 8, .columns = 32, .rows = 32768, .request = Bytes{64}};
  s.shape.order = {Column, Channel, Bank, Group, Rank, Row};
  s.controller = {.reads = 32, .writes = 32, .bank_depth = 8, .drain_from = 32, .drain_to = 0};
  s.controller.hit_limit = 4;
  s.controller.mixed = true;
  s.controller.turn = DramTurn::RoundRobin;
  return s;
}

// DDR4_8Gb_x8_3200.ini: one channel of two ranks, mapping rochrababgco.
inline DramSpec dramsim3_ddr4() {
  DramSpec s;
  s.timing = {.cycle = Seconds{0.63e-9}, .burst = 4, .read_latency = 22, .write_latency = 16};
  s.timing.rcd_read = s.timing.rcd_write = s.timing.rp = 22;
  s.timing.ras = 52;
  s.timing.rc = 74;
  s.timing.rtp = 12;
  s.timing.wr = 24;
  s.timing.ccd_s = 4;
  s.timing.ccd_l = 8;
  s.timing.ccd_r = 5;  // burst + tRTRS
  s.timing.rrd_s = 4;
  s.timing.rrd_l = 8;
  s.timing.faw = 34;
  s.timing.wtr_s = 4;
  s.timing.wtr_l = 12;
  s.timing.read_to_write = 22 + 4 - 16 + 1;
  s.timing.refi = 12480;
  s.timing.rfc = 560;
  s.shape = {.ranks = 2, .columns = 128, .rows = 65536, .request = Bytes{64}};
  s.shape.order = {Column, Group, Bank, Rank, Channel, Row};
  s.controller = {.reads = 32, .writes = 32, .bank_depth = 8, .drain_from = 32, .drain_to = 0};
  s.controller.hit_limit = 4;
  s.controller.mixed = true;
  s.controller.turn = DramTurn::RoundRobin;
  s.controller.two_buses = false;
  return s;
}

// GDDR6_8Gb_x16.ini: bank groups off, 256 bytes a request, mapping rochrababgco.
inline DramSpec dramsim3_gddr6() {
  DramSpec s;
  s.timing = {.cycle = Seconds{0.66e-9}, .burst = 1, .read_latency = 24, .write_latency = 16};
  s.timing.rcd_read = 24;
  s.timing.rcd_write = 20;
  s.timing.rp = 24;
  s.timing.ras = 54;
  s.timing.rc = 78;
  s.timing.rtp = 5;
  s.timing.wr = 16;
  s.timing.ccd_s = s.timing.ccd_l = s.timing.ccd_r = 3;
  s.timing.rrd_s = s.timing.rrd_l = 9;
  s.timing.faw = 32;
  s.timing.aw32 = 420;
  s.timing.wtr_s = s.timing.wtr_l = 7;
  s.timing.refi = 11862;
  s.timing.rfc = 126;
  s.shape = {.groups = 1, .banks = 16, .columns = 128, .rows = 16384, .request = Bytes{256}};
  s.shape.order = {Column, Group, Bank, Rank, Channel, Row};
  s.controller = {.reads = 32, .writes = 32, .bank_depth = 8, .drain_from = 32, .drain_to = 0};
  s.controller.hit_limit = 4;
  s.controller.mixed = true;
  s.controller.turn = DramTurn::RoundRobin;
  s.controller.two_buses = false;
  return s;
}

// HBM2_2Gb, HBM2_2000Mbps: two pseudo-channels of 64 bits a channel, mapping RoBaRaCoCh.
inline DramSpec ramulator_hbm2(int channels) {
  DramSpec s;
  s.timing = {.cycle = Seconds{1e-9}, .burst = 2, .read_latency = 14, .write_latency = 5};
  s.timing.rcd_read = 14;
  s.timing.rcd_write = 12;
  s.timing.rp = 14;
  s.timing.ras = 34;
  s.timing.rc = 48;
  s.timing.rtp = 5;
  s.timing.wr = 16;
  s.timing.ccd_s = s.timing.ccd_r = 2;
  s.timing.ccd_l = 4;
  s.timing.rrd_s = s.timing.rrd_l = 4;
  s.timing.faw = 15;
  s.timing.wtr_s = 6;
  s.timing.wtr_l = 8;
  s.timing.refi = 3900;
  s.timing.rfc = 160;
  s.timing.activate_slots = 2;
  s.shape = {.channels = channels, .pseudo_channels = 2, .columns = 32, .rows = 16384};
  s.shape.request = Bytes{32};
  s.shape.order = {Channel, Column, PseudoChannel, Group, Bank, Row};
  s.controller = {.reads = 32, .writes = 32, .drain_from = 26, .drain_to = 6};
  s.controller.activated_leave = true;
  return s;
}

// HBM3_8Gb_8hi, HBM3_6400Mbps: two stacks (SID) of four groups a pseudo-channel.
inline DramSpec ramulator_hbm3(int channels) {
  DramSpec s;
  s.timing = {.cycle = Seconds{0.625e-9}, .burst = 2, .read_latency = 20, .write_latency = 10};
  s.timing.rcd_read = 31;
  s.timing.rcd_write = 15;
  s.timing.rp = 26;
  s.timing.ras = 45;
  s.timing.rc = 72;
  s.timing.rtp = 9;
  s.timing.wr = 33;
  s.timing.ccd_s = 2;
  s.timing.ccd_l = 4;
  s.timing.ccd_r = 3;
  s.timing.rrd_s = 4;
  s.timing.rrd_l = 5;
  s.timing.faw = 24;
  s.timing.wtr_s = 7;
  s.timing.wtr_l = 10;
  s.timing.read_to_write = 20;
  s.timing.refi = 6240;
  s.timing.rfc = 416;           // 260 ns: 4 Gb a channel
  s.timing.activate_slots = 2;  // 1.5, and precharges fit into the falling edges
  s.timing.precharge_slots = 0;
  s.shape = {.channels = channels, .pseudo_channels = 2, .ranks = 2, .columns = 32, .rows = 8192};
  s.shape.request = Bytes{32};
  s.shape.order = {Channel, Column, PseudoChannel, Rank, Group, Bank, Row};
  s.controller = {.reads = 32, .writes = 32, .drain_from = 26, .drain_to = 6};
  s.controller.activated_leave = true;
  return s;
}

}  // namespace orrery::testing
