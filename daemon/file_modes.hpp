// Whether the files' modes let the jobs write and keep others out (DESIGN §4.1): found at start, said with what to do about it.
#pragma once

#include <string>
#include <vector>

namespace partmark {

// One sentence for each thing that is wrong, with the command that cures it. What is not there yet is not judged.
[[nodiscard]] std::vector<std::string> file_mode_warnings(const std::string& journal_path, const std::string& state_path);

}  // namespace partmark
