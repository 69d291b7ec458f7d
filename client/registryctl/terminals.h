#ifndef REGISTRYD_CLIENT_REGISTRYCTL_TERMINALS_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_TERMINALS_H_

namespace registryd::registryctl {

// Which of the standard streams a person sees.
struct Terminals {
  bool out = false;
  bool err = false;
};

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_TERMINALS_H_
