#ifndef REGISTRYD_SERVER_API_H_
#define REGISTRYD_SERVER_API_H_

#include <string>
#include <vector>

namespace registryd {

// Full names of the services of the API: "registry.v1.RegistryService".
const std::vector<std::string>& ApiServices();

// Of their methods: "registry.v1.RegistryService/ParseReference".
const std::vector<std::string>& ApiMethods();

}  // namespace registryd

#endif  // REGISTRYD_SERVER_API_H_
