#include <unistd.h>

#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "client/registryctl/registryctl.h"

int main(int argc, char** argv) {
  // A reader that goes away ends the program quietly, as with any other tool,
  // even if the parent process ignores the signal.
  std::signal(SIGPIPE, SIG_DFL);
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return registryd::registryctl::RunRegistryctl(
      args, std::cin, std::cout, std::cerr,
      {isatty(STDOUT_FILENO) == 1, isatty(STDERR_FILENO) == 1});
}
