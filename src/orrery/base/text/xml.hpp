// Text inside XML, such as a label of an SVG.
#pragma once
#include <string>
#include <string_view>

namespace orrery {

// The text with the characters that XML keeps for itself written as entities.
std::string xml_text(std::string_view text);

}  // namespace orrery
