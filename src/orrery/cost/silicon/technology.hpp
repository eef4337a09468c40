// Technology: what silicon of a process, memory, links and packages takes and costs. Facts of
// catalog/silicon, each with its source.
#pragma once
#include <string>
#include <vector>

#include "orrery/base/area.hpp"
#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"

namespace orrery {

struct ProcessNode {
  std::string name;  // "5nm"
  Dollars wafer;     // of 300 mm
  double defects_per_cm2 = 0;
  double transistors_per_mm2 = 0;  // of dense logic
  Bytes sram_per_mm2;              // arrays with their sense amplifiers and decoders
  Joules fab_energy_per_cm2;
  Mass gases_per_cm2;  // CO2 equivalents of process gases, 95% abated
};

template <class V>
void describe(V& v, ProcessNode& n) {
  v("name", n.name, "as dies call it", kRequired);
  v("wafer", n.wafer, "price of a 300 mm wafer", kRequired);
  v("defects_per_cm2", n.defects_per_cm2, "that kill what they hit", kRequired);
  v("transistors_per_mm2", n.transistors_per_mm2, "of dense logic", kRequired);
  v("sram_per_mm2", n.sram_per_mm2, "arrays with their periphery", kRequired);
  v("fab_energy_per_cm2", n.fab_energy_per_cm2, "electricity of the fab", kRequired);
  v("gases_per_cm2", n.gases_per_cm2, "CO2 equivalents of process gases, 95% abated", kRequired);
  v.also("source");
}

struct MemoryKind {
  std::string name;  // "hbm3"
  decltype(Dollars{} / Bytes{}) price;
  Area interface;                     // PHY of one stack or channel on the chip
  double controller_transistors = 0;  // of one stack or channel
  Area footprint;                     // of a stack on the interposer; zero: outside the package
  double kilograms_per_gigabyte = 0;  // embodied CO2 equivalents
};

template <class V>
void describe(V& v, MemoryKind& m) {
  v("name", m.name, "as chips call it", kRequired);
  v("price", m.price, "of a byte", kRequired);
  v("interface", m.interface, "area of one stack's PHY on the chip", kRequired);
  v("controller_transistors", m.controller_transistors, "of one stack", kRequired);
  v("footprint", m.footprint, "of a stack on the interposer; 0: outside the package");
  v("kilograms_per_gigabyte", m.kilograms_per_gigabyte, "embodied CO2 equivalents", kRequired);
  v.also("source");
}

struct PackagingKind {
  std::string name;            // "cowos-s"
  Dollars carrier_per_mm2;     // interposer or bridge
  double carrier_ratio = 0;    // carrier over dies and memory stacks; 0: none
  double substrate_ratio = 0;  // organic substrate over dies, or over the carrier
  Dollars substrate_per_mm2;
  double bond_yield = 1;  // of placing one die or stack
  Dollars test;           // test and assembly of a package
};

template <class V>
void describe(V& v, PackagingKind& p) {
  v("name", p.name, "as chips call it", kRequired);
  v("carrier_per_mm2", p.carrier_per_mm2, "interposer, a square millimetre of it");
  v("carrier_ratio", p.carrier_ratio, "its area over that of dies and stacks; 0: none");
  v("substrate_ratio", p.substrate_ratio, "organic substrate over what it carries", kRequired);
  v("substrate_per_mm2", p.substrate_per_mm2, "a square millimetre of it", kRequired);
  v("bond_yield", p.bond_yield, "of placing one die or stack", kRequired);
  v("test", p.test, "test and assembly of one package", kRequired);
  v.also("source");
}

struct LinkInterface {
  std::string name;  // "nvlink4"
  Area phy;
  double controller_transistors = 0;
};

template <class V>
void describe(V& v, LinkInterface& l) {
  v("name", l.name, "as chips call it", kRequired);
  v("interface", l.phy, "area of one link's PHY", kRequired);
  v("controller_transistors", l.controller_transistors, "of one link", kRequired);
}

// Transistors of arithmetic, and what stands around it.
struct UnitAreas {
  double fp32_transistors = 0, fp16_transistors = 0;  // of one multiply-add
  Bytes registers_per_core;                           // GPUs: beside the memory that chips list
  Area host_interface;                                // PCIe 5.0 x16
  double gpu_surroundings = 1;    // area of cores over that of their arithmetic and memory
  double other_surroundings = 1;  // the same of systolic, dataflow and SRAM machines
  std::vector<LinkInterface> links;
};

template <class V>
void describe(V& v, UnitAreas& u) {
  v("fp32_transistors", u.fp32_transistors, "of a multiply-add in fp32", kRequired);
  v("fp16_transistors", u.fp16_transistors, "of a multiply-add in fp16", kRequired);
  v("registers_per_core", u.registers_per_core, "GPUs: register file of a core", kRequired);
  v("host_interface", u.host_interface, "PCIe 5.0 x16", kRequired);
  v("gpu_surroundings", u.gpu_surroundings, "area of cores over their arithmetic and memory",
    kRequired);
  v("other_surroundings", u.other_surroundings, "the same of chips that are no GPUs", kRequired);
  v("links", u.links, "by kind", kRequired);
  v.also("source");
}

struct Grid {
  std::string name;  // "usa"
  double kilograms_per_kilowatt_hour = 0;
};

template <class V>
void describe(V& v, Grid& g) {
  v("name", g.name, "country or source of electricity", kRequired);
  v("kilograms_per_kilowatt_hour", g.kilograms_per_kilowatt_hour, "CO2 equivalents", kRequired);
}

struct Technology {
  std::vector<ProcessNode> nodes;
  std::vector<MemoryKind> memories;
  std::vector<PackagingKind> packagings;
  std::vector<Grid> grids;
  UnitAreas units;
};

// nullptr: no such name.
template <class T>
const T* named(const std::vector<T>& all, const std::string& name) {
  for (const T& one : all) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace orrery
