// Loads a study with the installed library and prints its step time.
#include <cstdio>
#include <orrery/study/run.hpp>

int main(int, char** argv) {
  const auto study = orrery::read_study_file(argv[1], orrery::Catalog(argv[2]));
  if (!study) return 2;
  std::printf("%.6g\n", orrery::run(*study).step_time.value());
  return 0;
}
