// Config: a config.json seen through typed getters that collect what is wrong at its place.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/base/text/document.hpp"
#include "orrery/model/spec.hpp"

namespace orrery::hf {

class Config {
 public:
  Config(const Node& node, Diagnostics& problems) : node_(&node), problems_(&problems) {}

  [[nodiscard]] bool has(const char* key) const;  // present and not null
  std::int64_t integer(const char* key);          // required
  std::int64_t integer(const char* key, std::int64_t fallback);
  bool flag(const char* key, bool fallback);
  std::string text(const char* key, const std::string& fallback);

  // The first of several spellings that is there; none: a missing first one.
  std::int64_t integer_of(std::initializer_list<const char*> keys);

  // The map under `key`; where there is none, a missing key if it is required, else this map
  // itself.
  Config section(const char* key);
  Config required_section(const char* key);

  // A list as one letter an item; an item of another name is an error at its place. "" when absent.
  std::string letters(const char* key, std::initializer_list<std::pair<const char*, char>> names);
  std::vector<std::int64_t> integers(const char* key);

  void fail(const char* key, const std::string& what);
  [[nodiscard]] const Node& node() const { return *node_; }

 private:
  [[nodiscard]] const Node* find(const char* key) const;
  const Node* node_;
  Diagnostics* problems_;
};

// Each letter from the indices in a list; `shift` is the index of the first layer.
void read_common(Config& c, ModelSpec& m);   // layers, widths, heads, vocabulary, ties
void read_experts(Config& c, ModelSpec& m);  // the spellings of DeepSeek, Mixtral and Qwen
void read_window(Config& c, ModelSpec& m);   // layer_types and sliding_window, where they apply
void read_latent(Config& c, ModelSpec& m);   // MLA and DSA
void read_qwen_vision(Config& root, ModelSpec& m);
void read_moon_vision(Config& root, ModelSpec& m);

using Reader = void (*)(Config& root, ModelSpec& m);
struct Family {
  const char* architecture;
  Reader read;
};

// The families of each file of this folder.
const std::vector<Family>& dense_families();
const std::vector<Family>& expert_families();
const std::vector<Family>& latent_families();
const std::vector<Family>& hybrid_families();
const std::vector<Family>& classic_families();

}  // namespace orrery::hf
