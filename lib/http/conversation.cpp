#include "http/conversation.hpp"

#include "http/reply_reader.hpp"

#include <array>
#include <utility>

namespace partmark::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t read_chunk = 16 * 1024;  // one TLS record

class conversation {
 public:
  conversation(connection& link, waiter& w, const client_settings& settings, bool is_head)
      : link_(link),
        waiter_(w),
        settings_(settings),
        bytes_before_(link.bytes_written()),
        deadline_(w, settings.request_timeout),
        reader_({settings.header_bytes_max, settings.reply_bytes_max}, is_head) {}

  asio::awaitable<conversation_outcome> run(const std::string& request) {
    co_await write(request);
    // A server may refuse a request it has not read to its end and close: then its reply lies here though the write failed.
    if (!interrupted_) co_await read();
    if (reader_.current() != reply_reader::state::whole) co_return conversation_outcome{failure(), false};
    const bool good = write_problem_.empty() && reader_.keeps_connection();
    co_return conversation_outcome{reader_.take(), good};
  }

 private:
  asio::awaitable<void> write(const std::string& request) {
    std::string_view rest = request;
    while (!rest.empty()) {
      io_step step = link_.write(rest);
      if (step.state == io_state::done) {
        rest.remove_prefix(step.bytes);
      } else if (step.state == io_state::failed || step.state == io_state::end) {
        write_problem_ = step.problem.empty() ? "the server closed the connection" : std::move(step.problem);
        co_return;
      } else if (!co_await waiter_.ready(link_.watched(), step.state)) {
        interrupted_ = true;
        co_return;
      }
    }
    written_ = true;
  }

  asio::awaitable<void> read() {
    std::array<char, read_chunk> room;
    while (reader_.current() == reply_reader::state::more) {
      io_step step = link_.read(room);
      if (step.state == io_state::done) {
        reader_.feed({room.data(), step.bytes});
      } else if (step.state == io_state::end) {
        reader_.end();
      } else if (step.state == io_state::failed) {
        read_problem_ = std::move(step.problem);
        co_return;
      } else if (!co_await waiter_.ready(link_.watched(), step.state)) {
        interrupted_ = true;
        co_return;
      }
    }
  }

  [[nodiscard]] transport_failure failure() const {
    transport_failure f;
    f.bytes_sent = link_.bytes_written() > bytes_before_;
    f.reused_connection = link_.served_before;
    f.timed_out = deadline_.fired();
    f.cancelled = waiter_.cancelled();
    f.reply_too_large = reader_.current() == reply_reader::state::too_large;
    f.status = reader_.status();
    f.phase = f.status ? transport_phase::read_body : written_ ? transport_phase::read_header : transport_phase::write;
    f.message = settings_.address.text() + ": " + step_text(f.phase) + " " + link_.ip() + ": " + reason(f);
    return f;
  }

  static std::string step_text(transport_phase phase) {
    if (phase == transport_phase::write) return "sending the request to";
    return phase == transport_phase::read_header ? "waiting for the reply of" : "reading the reply of";
  }

  [[nodiscard]] std::string reason(const transport_failure& f) const {
    if (f.cancelled) return "cancelled";
    if (f.timed_out) return "not finished within " + std::to_string(settings_.request_timeout.count()) + " ms";
    const std::string& read = read_problem_.empty() ? reader_.problem() : read_problem_;
    return write_problem_.empty() ? read : write_problem_ + "; then: " + read;
  }

  connection& link_;
  waiter& waiter_;
  const client_settings& settings_;
  const std::uint64_t bytes_before_;
  const alarm deadline_;
  reply_reader reader_;
  bool written_ = false;
  bool interrupted_ = false;
  std::string write_problem_;
  std::string read_problem_;
};

}  // namespace

asio::awaitable<conversation_outcome> converse(connection& link, waiter& w, const client_settings& settings, const std::string& request,
                                               bool is_head) {
  conversation c(link, w, settings, is_head);
  co_return co_await c.run(request);
}

}  // namespace partmark::http
