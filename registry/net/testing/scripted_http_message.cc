#include "registry/net/testing/scripted_http_message.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

absl::string_view Phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    default:
      return "Scripted";
  }
}

bool HasNoBody(int status) { return status < 200 || status == 204 || status == 304; }

bool Has(const std::vector<HttpHeader>& headers, absl::string_view name) {
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) return true;
  }
  return false;
}

}  // namespace

std::string ScriptedRequest::path() const { return target.substr(0, target.find('?')); }

std::string ScriptedRequest::query() const {
  const size_t mark = target.find('?');
  return mark == std::string::npos ? "" : target.substr(mark + 1);
}

std::optional<std::string> ScriptedRequest::Find(absl::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) return header.value;
  }
  return std::nullopt;
}

WireStep WireStep::Send(std::string bytes) { return {Kind::kSend, std::move(bytes)}; }
WireStep WireStep::Drip(std::string bytes, absl::Duration interval) {
  return {Kind::kDrip, std::move(bytes), interval};
}
WireStep WireStep::Repeat(std::string bytes, absl::Duration interval) {
  return {Kind::kRepeat, std::move(bytes), interval};
}
WireStep WireStep::Stall() { return {Kind::kStall}; }
WireStep WireStep::Close() { return {Kind::kClose}; }
WireStep WireStep::Cut() { return {Kind::kCut}; }
WireStep WireStep::Reset() { return {Kind::kReset}; }
WireStep WireStep::StartTls() { return {Kind::kStartTls}; }

ScriptedResponse ScriptedResponse::Raw(std::vector<WireStep> steps) {
  ScriptedResponse response;
  response.steps = std::move(steps);
  return response;
}

ScriptedResponse ScriptedResponse::Raw(std::string bytes, std::vector<WireStep> steps) {
  steps.insert(steps.begin(), WireStep::Send(std::move(bytes)));
  return Raw(std::move(steps));
}

std::vector<WireStep> StepsOf(const ScriptedResponse& response, absl::string_view method) {
  if (!response.steps.empty()) return response.steps;
  using Framing = ScriptedResponse::Framing;
  const bool bodiless = HasNoBody(response.status);
  std::string bytes =
      absl::StrCat("HTTP/1.1 ", response.status, " ", Phrase(response.status), "\r\n");
  for (const HttpHeader& header : response.headers) {
    absl::StrAppend(&bytes, header.name, ": ", header.value, "\r\n");
  }
  if (!bodiless && response.framing == Framing::kLength &&
      !Has(response.headers, "Content-Length")) {
    absl::StrAppend(&bytes, "Content-Length: ", response.body.size(), "\r\n");
  }
  if (!bodiless && response.framing == Framing::kChunked) {
    absl::StrAppend(&bytes, "Transfer-Encoding: chunked\r\n");
  }
  const bool close = !response.keep_alive || response.framing == Framing::kClose;
  if (close) absl::StrAppend(&bytes, "Connection: close\r\n");
  absl::StrAppend(&bytes, "\r\n");
  if (!bodiless && method != "HEAD") {
    if (response.framing != Framing::kChunked) {
      absl::StrAppend(&bytes, response.body);
    } else {
      if (!response.body.empty()) {
        absl::StrAppend(&bytes, absl::Hex(response.body.size()), "\r\n", response.body, "\r\n");
      }
      absl::StrAppend(&bytes, "0\r\n\r\n");
    }
  }
  std::vector<WireStep> steps = {WireStep::Send(std::move(bytes))};
  if (close) steps.push_back(WireStep::Close());
  return steps;
}

}  // namespace registryd
