#include "registry/net/curl/gzip_decoder.h"

#include <zlib.h>

#include "registry/base/error.h"

namespace registryd {
namespace {

constexpr size_t kOutputBytes = size_t{16} * 1024;
// The largest window, and the gzip format alone.
constexpr int kGzipWindow = 15 + 16;

}  // namespace

GzipDecoder::GzipDecoder() : stream_(std::make_unique<z_stream_s>()), output_(kOutputBytes) {
  *stream_ = {};
  inflateInit2(stream_.get(), kGzipWindow);
}

GzipDecoder::~GzipDecoder() { inflateEnd(stream_.get()); }

absl::StatusOr<absl::string_view> GzipDecoder::Next(absl::string_view* input) {
  while (!input->empty() || pending_) {
    started_ = true;
    if (ended_) {
      inflateReset(stream_.get());
      ended_ = false;
    }
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input->data()));
    stream_->avail_in = static_cast<uInt>(input->size());
    stream_->next_out = reinterpret_cast<Bytef*>(output_.data());
    stream_->avail_out = static_cast<uInt>(output_.size());
    const int result = inflate(stream_.get(), Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return Error(absl::StatusCode::kInternal, Reason::kResponseInvalid,
                   "the response's body is no valid gzip");
    }
    input->remove_prefix(input->size() - stream_->avail_in);
    ended_ = result == Z_STREAM_END;
    pending_ = !ended_ && stream_->avail_out == 0;
    const size_t made = output_.size() - stream_->avail_out;
    if (made > 0) return absl::string_view(output_.data(), made);
  }
  return absl::string_view();
}

}  // namespace registryd
