#include "client/registryctl/command_tree.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/address.h"
#include "client/registryctl/bracketed_arguments.h"
#include "client/registryctl/exit_code.h"
#include "tools/build/build_info.h"

namespace registryd::registryctl {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  registryctl resolve ubuntu                     what a reference means\n"
    "  registryctl lookup pull ubuntu quay.io/a/b     where to pull from\n"
    "  registryctl insecure localhost:5000            whether TLS is verified\n"
    "  registryctl ping registry.example.com          whether a registry answers\n"
    "  registryctl login registry.example.com -u ann  whether credentials are good\n"
    "  registryctl v1 tags registry.example.com a/b   what a V1 registry holds\n"
    "  registryctl config get -o json                 the configuration, for programs\n"
    "  registryctl config watch                       each change as it comes\n";

constexpr char kEnvironment[] =
    "Environment:\n"
    "  REGISTRYD_ADDRESS  where the service is, without --address. Without both it is\n"
    "                     unix:$XDG_RUNTIME_DIR/registryd/registryd.sock if that exists,\n"
    "                     else unix:/run/registryd/registryd.sock if that exists, else\n"
    "                     127.0.0.1:50051. Other machines are reached by TLS only.\n";

void AddConnectionOptions(CLI::App& app, Invocation& invocation) {
  app.add_option("--address", invocation.address, "Where the service is: unix:PATH or HOST:PORT")
      ->type_name("ADDRESS")
      ->group("Service");
  app.add_option("--tls-ca", invocation.tls.ca_file,
                 "Authorities to trust, PEM; without it the system's")
      ->type_name("FILE")
      ->group("Service");
  CLI::Option* const certificate =
      app.add_option("--tls-cert", invocation.tls.cert_file, "Client certificate, PEM")
          ->type_name("FILE")
          ->group("Service");
  CLI::Option* const key = app.add_option("--tls-key", invocation.tls.key_file, "Its key, PEM")
                               ->type_name("FILE")
                               ->group("Service")
                               ->needs(certificate);
  certificate->needs(key);
  app.add_option("--tls-server-name", invocation.tls.server_name,
                 "The name in the service's certificate; without it the address's host")
      ->type_name("NAME")
      ->group("Service");
  app.add_option_function<std::string>(
         "--timeout",
         [&invocation](const std::string& text) {
           absl::Duration timeout;
           if (!absl::ParseDuration(text, &timeout) || timeout <= absl::ZeroDuration() ||
               timeout == absl::InfiniteDuration()) {
             throw CLI::ValidationError("--timeout", "want a positive duration: 500ms, 5s, 2m");
           }
           invocation.timeout = timeout;
         },
         "For each call: 500ms, 2m. If not given 5s, or 1m where a registry is asked; a layer "
         "has none, and a watch takes none")
      ->type_name("DURATION")
      ->group("Service");
}

}  // namespace

std::unique_ptr<CLI::App> BuildCommandTree(Invocation& invocation) {
  auto app = std::make_unique<CLI::App>(
      "Asks registryd about image references, registries and their configuration, and changes "
      "the latter.",
      "registryctl");
  // Options of every command may stand after a subcommand's own.
  app->fallthrough();
  app->require_subcommand(1);
  app->get_formatter()->label("TEXT", "");
  app->get_formatter()->label("REQUIRED", "(required)");
  app->set_version_flag("--version", VersionText("registryctl"), "Print the version and exit");
  app->add_option_function<std::string>(
         "-o,--output",
         [&invocation](const std::string& format) {
           invocation.format = format == "json" ? OutputFormat::kJson : OutputFormat::kTable;
         },
         "table for people, json (Protobuf's own mapping) for programs")
      ->check(CLI::IsMember({"table", "json"}).description(""))
      ->type_name("table|json");
  AddConnectionOptions(*app, invocation);
  app->footer(absl::StrCat(kExamples, "\n", kEnvironment, "\nExit codes:\n", ExitCodeHelp(),
                           "\n\nMore on each: registryctl SUBCOMMAND --help"));

  AddReferenceCommands(*app, invocation);
  AddEndpointCommands(*app, invocation);
  AddPingCommand(*app, invocation);
  AddLoginCommand(*app, invocation);
  AddSearchCommand(*app, invocation);
  AddAuthCommands(*app, invocation);
  CLI::App* const config = AddGroup(*app, "config", "Read, change and follow the configuration");
  AddConfigCommands(*config, invocation);
  AddConfigLoadCommands(*config, invocation);
  AddConfigWatchCommand(*config, invocation);
  CLI::App* const v1 = AddGroup(*app, "v1", "Read and write registries of the legacy V1 protocol");
  AddV1ReadCommands(*v1, invocation);
  AddV1PullCommand(*v1, invocation);
  AddV1PushCommands(*v1, invocation);
  AddServiceCommands(*app, invocation);
  TakeBrackets(*app);
  return app;
}

}  // namespace registryd::registryctl
