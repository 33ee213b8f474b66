// Standard input, output and error of both programs, as whoever starts them may have left them. First thing in main(), on its thread.
#pragma once

namespace partmark {

// Opens /dev/null as each of descriptors 0 to 2 that is closed. Else the next file that is opened takes its number, and what is said to
// people is written into that file.
void open_standard_files();

}  // namespace partmark
