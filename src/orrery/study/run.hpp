// run: a Study in, a Report out.
#pragma once
#include "orrery/report/report.hpp"
#include "orrery/study/study.hpp"

namespace orrery {

enum class WhatIfs { Left, Counted };

// Throws nothing on user input: a plan that does not fit is a Report with feasible = false.
Report run(const Study& study, WhatIfs what_ifs = WhatIfs::Counted);

// What was asked, without an answer.
Report unanswered(const Study& study);

// Time of the answer's unit (a step, a decode step, a whole generation), nothing else: what sweeps
// need.
Seconds answer_time(const Study& study);

}  // namespace orrery
