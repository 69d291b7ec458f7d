// registryd: answers where images come from, over gRPC. `registryd --help`.
#include <unistd.h>

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "registry/base/steady_notification.h"
#include "server/check_settings.h"
#include "server/configuration.h"
#include "server/daemon.h"
#include "server/default_socket.h"
#include "server/grpc_log.h"
#include "server/lifecycle/process_hardening.h"
#include "server/lifecycle/reloader.h"
#include "server/lifecycle/sd_notify.h"
#include "server/lifecycle/signal_thread.h"
#include "server/listen/socket_activation.h"
#include "server/observe/logger.h"
#include "server/settings/command_line.h"
#include "server/settings/environment.h"
#include "server/settings/help_text.h"
#include "server/settings/settings_loader.h"
#include "tools/build/build_info.h"

namespace registryd {
namespace {

// Of the process.
constexpr int kOk = 0;
constexpr int kFailed = 1;       // It could not start.
constexpr int kBadSettings = 2;  // A setting has a fault.

int Complain(const absl::Status& status, int exit_status) {
  std::cerr << "registryd: " << status.message() << "\n";
  return exit_status;
}

int CheckConfig(const LoadedSettings& loaded) {
  const auto warnings = CheckSettings(loaded.settings);
  if (!warnings.ok()) return Complain(warnings.status(), kBadSettings);
  for (const std::string& note : loaded.notes) std::cerr << "registryd: " << note << "\n";
  for (const std::string& warning : *warnings) std::cerr << "registryd: " << warning << "\n";
  std::cout << "registryd: the configuration is valid\n";
  return kOk;
}

int Serve(LoadedSettings loaded, SettingValues flags, const Environment& environment,
          const ActivationEnvironment& activation) {
  if (absl::Status status = ForbidMemoryDumps(); !status.ok()) return Complain(status, kFailed);
  Settings settings = loaded.settings;
  if (absl::Status status = PrepareDefaultSocket(settings, loaded.notes, environment, ::geteuid());
      !status.ok()) {
    return Complain(status, kFailed);
  }
  bool hung_up = false;
  SignalThread signals;
  // Until there is something to drain, a termination ends the process at once: a disk or a
  // name server may keep it waiting. A hangup waits, as what it means may have been read before.
  signals.Start({[](int) { ::_exit(kOk); }, [&] { hung_up = true; }, nullptr});

  LoggerOptions log_options;
  log_options.level = loaded.settings.log_level;
  log_options.format = loaded.settings.log_format;
  Logger logger(log_options);
  const GrpcLog grpc_log(logger);
  logger.Log(LogLevel::kInfo, "starting", {{"version", kVersion}, {"commit", BuildCommit()}});
  for (const std::string& note : loaded.notes) logger.Log(LogLevel::kWarning, note);

  auto sockets = ActivatedSockets(activation, ::getpid());
  if (!sockets.ok()) return Complain(sockets.status(), kFailed);
  auto configuration = Configuration::Create(loaded, std::move(flags), environment);
  if (!configuration.ok()) return Complain(configuration.status(), kBadSettings);
  for (const std::string& warning : (*configuration)->warnings()) {
    logger.Log(LogLevel::kWarning, warning);
  }
  for (const std::string& warning : (*configuration)->store().Current()->config->warnings()) {
    logger.Log(LogLevel::kWarning, warning);
  }

  const SdNotify notify = SdNotify::FromEnvironment();
  auto daemon =
      Daemon::Create(settings, environment, *std::move(sockets), **configuration, logger, notify);
  if (!daemon.ok()) {
    const bool bad_setting = absl::IsInvalidArgument(daemon.status());
    return Complain(daemon.status(), bad_setting ? kBadSettings : kFailed);
  }

  SteadyNotification terminated;
  Reloader reloader([&] {
    if (!terminated.HasBeenNotified()) (*daemon)->Reload();
  });
  signals.Stop();
  signals.Start({
      [&](int) { terminated.Notify(); },
      [&] { reloader.Request(); },
      nullptr,
  });
  if (hung_up) reloader.Request();
  (*daemon)->Announce();
  while (!terminated.WaitFor(notify.watchdog_interval())) notify.Watchdog();
  (*daemon)->Drain();
  // What is left to do may hang: a thread that waits for a name server, a log that nobody
  // reads. Another SIGTERM still ends it.
  signals.Stop();
  signals.Start({[](int) {}, [] {}, nullptr});
  return kOk;
}

int Main(const std::vector<std::string>& arguments) {
  const ActivationEnvironment activation = ActivationEnvironment::Take();
  const Environment environment = ProcessEnvironment();

  auto command_line = ParseCommandLine(arguments);
  if (!command_line.ok()) return Complain(command_line.status(), kBadSettings);
  switch (command_line->action) {
    case CommandLine::Action::kHelp:
      std::cout << HelpText();
      return kOk;
    case CommandLine::Action::kVersion:
      std::cout << VersionText("registryd") << "\n";
      return kOk;
    case CommandLine::Action::kSettingsPage:
      std::cout << SettingsPage();
      return kOk;
    case CommandLine::Action::kCheckConfig:
    case CommandLine::Action::kServe:
      break;
  }
  auto loaded = LoadSettings(command_line->values, environment);
  if (!loaded.ok()) return Complain(loaded.status(), kBadSettings);
  if (command_line->action == CommandLine::Action::kCheckConfig) return CheckConfig(*loaded);
  return Serve(*std::move(loaded), std::move(command_line->values), environment, activation);
}

}  // namespace
}  // namespace registryd

int main(int argc, char** argv) { return registryd::Main({argv + 1, argv + argc}); }
