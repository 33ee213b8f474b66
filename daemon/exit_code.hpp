// What partmarkd says to whoever started it (DESIGN §4.2). Constants.
#pragma once

namespace partmark {

inline constexpr int exit_trouble = 1;
inline constexpr int exit_unfinished = 75;     // EX_TEMPFAIL
inline constexpr int exit_configuration = 78;  // EX_CONFIG

}  // namespace partmark
