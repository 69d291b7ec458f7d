#ifndef REGISTRYD_REGISTRY_V1_COOKIE_JAR_H_
#define REGISTRYD_REGISTRY_V1_COOKIE_JAR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "registry/base/secret.h"
#include "registry/net/http_message.h"
#include "registry/uri/origin.h"
#include "registry/uri/url.h"
#include "registry/v1/set_cookie.h"

namespace registryd {

// The cookies of one session, in memory. What is kept and sent follows Go's cookiejar,
// which Docker Engine uses, with one rule more: a cookie goes back to nobody but the
// origin (scheme, host and port) that set it, whatever its Domain says (security row
// 7). A Domain that does not match the host still makes the cookie void.
//
// Bounded: a cookie above kMaxCookieBytes, and a new one when there are kMaxCookies, is
// passed over. Thread-safe.
class CookieJar {
 public:
  // Of the whole Set-Cookie header.
  static constexpr size_t kMaxCookieBytes = 4096;
  static constexpr size_t kMaxCookies = 64;

  // Takes over the Set-Cookie headers of the answer to a request for `url`.
  void Store(const Url& url, const HttpResponseHead& head, absl::Time now);

  // The value of the `Cookie` header for a request for `url`: "a=1; b=2". Empty: none.
  Secret HeaderFor(const Url& url, absl::Time now) const;

 private:
  struct Entry {
    Origin origin;
    std::string domain;  // As Go tells cookies apart: the host's, or a parent domain.
    std::string path;
    SetCookie cookie;
    absl::Time expires = absl::InfiniteFuture();
  };

  void StoreOne(const Url& url, SetCookie cookie, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  // In order of their creation; one that is set again keeps its place.
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_COOKIE_JAR_H_
