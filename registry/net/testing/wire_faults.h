#ifndef REGISTRYD_REGISTRY_NET_TESTING_WIRE_FAULTS_H_
#define REGISTRYD_REGISTRY_NET_TESTING_WIRE_FAULTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/net/testing/scripted_http_message.h"

namespace registryd {

// What goes wrong between a client and a server, as answers of a ScriptedHttpServer:
//
//   server.Reply("GET", "/v2/", ResetInBody());

// The connection ends. Those in the body have said Content-Length: 100.
ScriptedResponse CloseWithoutAnswer();
ScriptedResponse CloseInHead();
ScriptedResponse CloseInBody();
ScriptedResponse CloseInChunk();
ScriptedResponse ResetBeforeHead();
ScriptedResponse ResetInHead();
ScriptedResponse ResetInBody();

// Nothing comes any more.
ScriptedResponse StallBeforeHead();
ScriptedResponse StallInHead();
ScriptedResponse StallInBody();

// One byte each `interval`, of a response that is otherwise in order: 200, with
// `body_bytes` of body.
ScriptedResponse DripHead(absl::Duration interval);
ScriptedResponse DripBody(absl::Duration interval, size_t body_bytes = 1000);

// No end.
ScriptedResponse EndlessHead();    // One header after the other.
ScriptedResponse EndlessHeader();  // One header.
ScriptedResponse EndlessStatusLine();
ScriptedResponse EndlessInterim();    // 100 after 100.
ScriptedResponse EndlessBody();       // In chunks.
ScriptedResponse EndlessChunkLine();  // One chunk's extension.
ScriptedResponse EndlessTrailer();
ScriptedResponse HugeLength();  // Content-Length: 2^62, and all of that.

// No HTTP, or a damaged one.
ScriptedResponse Http09();
ScriptedResponse Garbage();
ScriptedResponse BadStatusLine();
ScriptedResponse BadHeader();  // Without a colon.
ScriptedResponse NulInHeader();
ScriptedResponse BadLength();
ScriptedResponse NegativeLength();
ScriptedResponse DifferentLengths();
ScriptedResponse BadChunkSize();
ScriptedResponse BadChunkEnd();

// Content-Encoding: gzip.
ScriptedResponse Gzip(absl::string_view body);
ScriptedResponse GzipBomb(uint64_t bytes);  // That many zeros, a thousandth on the wire.
ScriptedResponse DamagedGzip();
ScriptedResponse CutGzip();  // A prefix, framed as if it were all.

// `interim` before `response`: whole heads, "HTTP/1.1 103 Early Hints\r\n\r\n".
ScriptedResponse AfterInterim(const std::vector<std::string>& interim,
                              const ScriptedResponse& response);

// RFC 1952.
std::string GzipOf(absl::string_view data);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_TESTING_WIRE_FAULTS_H_
