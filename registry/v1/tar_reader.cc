#include "registry/v1/tar_reader.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

absl::Status CutOff() { return InvalidLayer("not a whole tar archive: unexpected EOF"); }

bool IsAllZeros(absl::string_view block) {
  return block.find_first_not_of('\0') == absl::string_view::npos;
}

// Moves up to `count` bytes from the front of `bytes`.
absl::string_view TakeFront(absl::string_view& bytes, int64_t count) {
  const absl::string_view front = bytes.substr(0, static_cast<size_t>(count));
  bytes.remove_prefix(front.size());
  return front;
}

int64_t BodySize(const TarHeader& header) {
  return IsTarHeaderOnly(header.typeflag) ? 0 : header.size;
}

// What is missing to a whole block.
int64_t PaddingOf(int64_t size) {
  return static_cast<int64_t>(-static_cast<uint64_t>(size) % kTarBlockSize);
}

}  // namespace

absl::Status TarReader::Write(absl::string_view bytes) {
  while (status_.ok() && !bytes.empty()) status_ = Take(bytes);
  return status_;
}

absl::Status TarReader::Finish() {
  if (!status_.ok()) return status_;
  switch (state_) {
    case State::kHeader:
    case State::kEndBlock:
      return buffer_.empty() ? absl::OkStatus() : CutOff();
    case State::kPadding:  // The reference does not miss it.
    case State::kDone:
      return absl::OkStatus();
    case State::kExtension:
    case State::kSparseMap:
    case State::kData:
      break;
  }
  return CutOff();
}

// Takes at least one byte from the front of `bytes`, which is not empty.
absl::Status TarReader::Take(absl::string_view& bytes) {
  switch (state_) {
    case State::kHeader:
    case State::kEndBlock:
    case State::kSparseMap:
      absl::StrAppend(&buffer_, TakeFront(bytes, kTarBlockSize - buffer_.size()));
      return buffer_.size() == kTarBlockSize ? OnBlock() : absl::OkStatus();
    case State::kExtension: {
      const absl::string_view part = TakeFront(bytes, stored_);
      absl::StrAppend(&buffer_, part);
      stored_ -= static_cast<int64_t>(part.size());
      return stored_ == 0 ? OnExtension() : absl::OkStatus();
    }
    case State::kData: {
      const absl::string_view part = TakeFront(bytes, run_);
      receiver_.OnData(part);
      run_ -= static_cast<int64_t>(part.size());
      position_ += static_cast<int64_t>(part.size());
      if (run_ == 0) NextRun();
      return absl::OkStatus();
    }
    case State::kPadding:
      padding_ -= static_cast<int64_t>(TakeFront(bytes, padding_).size());
      if (padding_ == 0) state_ = State::kHeader;
      return absl::OkStatus();
    case State::kDone:
      bytes = absl::string_view();
      return absl::OkStatus();
  }
  return absl::InternalError("no such state");
}

absl::Status TarReader::OnBlock() {
  if (state_ == State::kSparseMap) return OnSparseMapBlock();
  if (state_ == State::kEndBlock) {
    if (!IsAllZeros(buffer_)) return InvalidLayer("invalid tar header: one block of zeros");
    state_ = State::kDone;
  } else if (IsAllZeros(buffer_)) {
    state_ = State::kEndBlock;
  } else {
    absl::StatusOr<TarHeader> header = ParseTarBlock(buffer_);
    if (!header.ok()) return header.status();
    return OnHeader(*std::move(header));
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status TarReader::OnHeader(TarHeader header) {
  stored_ = BodySize(header);
  if (stored_ < 0) return InvalidLayer("invalid tar header: size below 0");
  padding_ = PaddingOf(stored_);
  formats_ &= header.formats;
  switch (header.typeflag) {
    case kTarPaxHeader:
    case kTarPaxGlobalHeader:
      formats_ &= kTarPax;
      break;
    case kTarGnuLongName:
    case kTarGnuLongLink:
      formats_ &= kTarGnu;
      break;
    default:
      return OnFile(std::move(header));
  }
  if (stored_ > static_cast<int64_t>(kMaxTarExtension)) {
    return InvalidLayer("header field too long");
  }
  header_ = std::move(header);
  buffer_.clear();
  state_ = State::kExtension;
  return stored_ == 0 ? OnExtension() : absl::OkStatus();
}

absl::Status TarReader::OnExtension() {
  if (header_.typeflag == kTarGnuLongName || header_.typeflag == kTarGnuLongLink) {
    std::string& text = header_.typeflag == kTarGnuLongName ? long_name_ : long_link_;
    text = buffer_.substr(0, buffer_.find('\0'));
  } else {
    absl::StatusOr<PaxRecords> records = ParsePaxRecords(buffer_);
    if (!records.ok()) return records.status();
    records_ = *std::move(records);
    if (header_.typeflag == kTarPaxGlobalHeader) {
      const absl::Status status = OnGlobalHeader();
      if (!status.ok()) return status;
    }
  }
  EndBody();
  return absl::OkStatus();
}

// To the reference an entry of its own that has a name, and extends no other.
absl::Status TarReader::OnGlobalHeader() {
  // Values that are no numbers are no error here.
  MergePaxRecords(records_, header_).IgnoreError();
  TarHeader header;
  header.typeflag = header_.typeflag;
  header.name = std::move(header_.name);
  header.mtime = kTarNoTime;
  header.formats = formats_;
  header.has_pax_records = header_.has_pax_records;
  header.other_pax_bytes = header_.other_pax_bytes;
  ForgetExtensions();
  return receiver_.OnEntry(header);
}

absl::Status TarReader::OnFile(TarHeader header) {
  const absl::Status merged = MergePaxRecords(records_, header);
  if (!merged.ok()) return merged;
  if (!long_name_.empty()) header.name = long_name_;
  if (!long_link_.empty()) header.linkname = long_link_;
  if (header.typeflag == kTarLegacyFile) {
    header.typeflag = absl::EndsWith(header.name, "/") ? kTarDirectory : kTarFile;
  }
  const bool is_ustar_too = (formats_ & kTarUstar) != 0 && (formats_ & kTarPax) != 0;
  header.formats = is_ustar_too ? kTarUstar : formats_;

  stored_ = BodySize(header);
  if (stored_ < 0) return InvalidLayer("invalid tar header: size below 0");
  padding_ = PaddingOf(stored_);
  if (header.typeflag == kTarGnuSparse) {
    is_sparse_ = true;
    const absl::Status status = sparse_map_.StartOld(buffer_, header);
    if (!status.ok()) return status;
  } else {
    const absl::StatusOr<bool> is_sparse = sparse_map_.StartPax(records_, header);
    if (!is_sparse.ok()) return is_sparse.status();
    is_sparse_ = *is_sparse;
  }
  if (is_sparse_ && IsTarHeaderOnly(header.typeflag)) {
    return InvalidLayer("invalid tar header: a sparse file that is no file");
  }
  header_ = std::move(header);
  ForgetExtensions();
  buffer_.clear();
  if (is_sparse_ && sparse_map_.wants_block()) {
    state_ = State::kSparseMap;
    return absl::OkStatus();
  }
  return StartData();
}

absl::Status TarReader::OnSparseMapBlock() {
  if (sparse_map_.is_in_data()) {
    if (stored_ < static_cast<int64_t>(kTarBlockSize)) return CutOff();
    stored_ -= kTarBlockSize;
  }
  const absl::Status status = sparse_map_.AddBlock(buffer_);
  if (!status.ok()) return status;
  buffer_.clear();
  return sparse_map_.wants_block() ? absl::OkStatus() : StartData();
}

absl::Status TarReader::StartData() {
  file_size_ = BodySize(header_);
  fragments_.assign(1, {0, file_size_});
  if (is_sparse_) {
    absl::StatusOr<std::vector<SparseFragment>> fragments = sparse_map_.Finish(file_size_);
    if (!fragments.ok()) return fragments.status();
    fragments_ = *std::move(fragments);
    int64_t mapped = 0;
    for (const SparseFragment& fragment : fragments_) mapped += fragment.length;
    if (mapped != stored_) {
      return InvalidLayer("invalid tar header: a sparse file's map and data differ");
    }
    if (file_size_ - mapped > kMaxHoleBytes - hole_bytes_) {
      return InvalidLayer("holes of sparse files are too large");
    }
    hole_bytes_ += file_size_ - mapped;
  }
  const absl::Status status = receiver_.OnEntry(header_);
  if (!status.ok()) return status;
  next_fragment_ = 0;
  position_ = 0;
  NextRun();
  return absl::OkStatus();
}

// Goes to the next byte of data that the archive holds.
void TarReader::NextRun() {
  while (next_fragment_ < fragments_.size()) {
    const SparseFragment fragment = fragments_[next_fragment_++];
    if (fragment.length == 0) continue;
    SendZeros(fragment.offset - position_);
    run_ = fragment.length;
    state_ = State::kData;
    return;
  }
  SendZeros(file_size_ - position_);
  EndBody();
}

void TarReader::SendZeros(int64_t count) {
  static constexpr char kZeros[8192] = {};
  position_ += count;
  while (count > 0) {
    const auto size = std::min<int64_t>(count, sizeof(kZeros));
    receiver_.OnData(absl::string_view(kZeros, static_cast<size_t>(size)));
    count -= size;
  }
}

void TarReader::EndBody() {
  buffer_.clear();
  state_ = padding_ > 0 ? State::kPadding : State::kHeader;
}

void TarReader::ForgetExtensions() {
  records_ = PaxRecords();
  long_name_.clear();
  long_link_.clear();
  formats_ = kTarAnyFormat;
}

}  // namespace registryd
