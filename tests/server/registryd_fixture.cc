#include "tests/server/registryd_fixture.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace registryd {

RegistrydOptions RegistrydFixture::Options(std::vector<std::string> arguments) const {
  RegistrydOptions options;
  options.arguments = std::move(arguments);
  options.environment = {
      absl::StrCat("REGISTRYD_LISTEN=", UnixAddress(), ",127.0.0.1:0"),
      absl::StrCat("REGISTRYD_CERTS_DIR=", folder_.Path("certs.d")),
      "REGISTRYD_METRICS_LISTEN=off",
  };
  return options;
}

std::unique_ptr<RegistrydProcess> RegistrydFixture::Start(const RegistrydOptions& options) {
  auto process = std::make_unique<RegistrydProcess>(options);
  EXPECT_FALSE(process->WaitForRecords("listening").empty()) << process->log();
  return process;
}

std::unique_ptr<RegistrydProcess> RegistrydFixture::Serve(
    std::vector<std::string> arguments) const {
  auto process = Start(Options(std::move(arguments)));
  EXPECT_EQ(process->WaitForRecords("listening", 2).size(), 2u) << process->log();
  return process;
}

std::string RegistrydFixture::UnixAddress() const {
  return absl::StrCat("unix:", folder_.Path("s"));
}

std::string RegistrydFixture::TcpAddress(const RegistrydProcess& process) {
  for (const nlohmann::json& record : process.Records("listening")) {
    const std::string address = record.value("address", "");
    if (!absl::StartsWith(address, "unix:")) return address;
  }
  ADD_FAILURE() << "no TCP port is served:\n" << process.log();
  return "";
}

void RegistrydFixture::Replace(absl::string_view name, absl::string_view content) const {
  const std::string temporary = absl::StrCat(name, ".new");
  folder_.Write(temporary, content);
  folder_.Rename(temporary, name);
}

}  // namespace registryd
