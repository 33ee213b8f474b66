// What the process says to whoever started it (DESIGN §4.2). Constants.
#pragma once

namespace partmark {

inline constexpr int exit_fine = 0;
inline constexpr int exit_trouble = 1;         // it worked and found trouble, or it did not work
inline constexpr int exit_usage = 2;           // the command line, or the record it describes, is wrong: repeating it changes nothing
inline constexpr int exit_configuration = 78;  // EX_CONFIG: a person has to look

}  // namespace partmark
