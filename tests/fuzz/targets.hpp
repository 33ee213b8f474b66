// The fuzz targets: each takes bytes from outside, as some part of partmark would, and aborts when a property of that part does not hold.
// script/fuzz drives them with libFuzzer; corpus_test replays what was found. One thread.
#pragma once

#include <span>
#include <string_view>

namespace partmark::fuzz {

struct target {
  std::string_view name;  // also of its folder in corpus/
  void (*run)(std::string_view input);
};

[[nodiscard]] std::span<const target> targets();

// Runs the target on the input, so that expect() can show it.
void run(const target& t, std::string_view input);

// Aborts, saying what does not hold and for which input: a fuzzer takes that for a crash.
void expect(bool holds, const char* what);

void can_reply(std::string_view input);
void completion_row(std::string_view input);
void config_file(std::string_view input);
void control_line(std::string_view input);
void http_client(std::string_view input);
void http_reply(std::string_view input);
void import_csv(std::string_view input);
void import_ndjson(std::string_view input);

}  // namespace partmark::fuzz
