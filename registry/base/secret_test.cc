#include "registry/base/secret.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace {

constexpr char kCanary[] = "canary";

// How many blocks of memory were given back with the canary still in them.
std::atomic<int> leaks{0};

void Free(void* block) {
  if (block == nullptr) return;
  if (memmem(block, malloc_usable_size(block), kCanary, strlen(kCanary)) != nullptr) ++leaks;
  std::free(block);
}

}  // namespace

void* operator new(size_t size) {
  if (void* const block = std::calloc(1, size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { Free(block); }
void operator delete(void* block, size_t) noexcept { Free(block); }

namespace registryd {
namespace {

template <typename Stream, typename T, typename = void>
struct IsStreamable : std::false_type {};
template <typename Stream, typename T>
struct IsStreamable<Stream, T,
                    std::void_t<decltype(std::declval<Stream&>() << std::declval<const T&>())>>
    : std::true_type {};

struct AnyStream {};

template <typename T, typename = void>
struct IsAbslAppendable : std::false_type {};
template <typename T>
struct IsAbslAppendable<T, std::void_t<decltype(absl::StrCat(std::declval<const T&>()))>>
    : std::true_type {};

static_assert(IsStreamable<std::ostream, std::string>::value, "the detector works");
static_assert(!IsStreamable<std::ostream, Secret>::value);
static_assert(!IsStreamable<std::ostringstream, Secret>::value);
static_assert(!IsStreamable<AnyStream, Secret>::value);

static_assert(fmt::is_formattable<std::string>::value, "the detector works");
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!fmt::is_formattable<const Secret&>::value);

static_assert(IsAbslAppendable<std::string>::value, "the detector works");
static_assert(!IsAbslAppendable<Secret>::value);

static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, absl::string_view>);
static_assert(!std::is_convertible_v<Secret, const char*>);
static_assert(!std::is_convertible_v<Secret, bool>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(!std::is_convertible_v<absl::string_view, Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(std::is_nothrow_move_assignable_v<Secret>);

// Short enough to lie within the string object, and too long for that.
std::string Short() { return std::string("my ") + kCanary; }
std::string Long() { return std::string(100, '.') + kCanary; }

template <typename T>
bool HoldsCanary(const T& object) {
  return memmem(&object, sizeof(object), kCanary, strlen(kCanary)) != nullptr;
}

class SecretTest : public ::testing::TestWithParam<std::string (*)()> {
 protected:
  std::string Text() const { return GetParam()(); }
};

INSTANTIATE_TEST_SUITE_P(Lengths, SecretTest, ::testing::Values(&Short, &Long),
                         [](const auto& info) { return info.index == 0 ? "Short" : "Long"; });

TEST_P(SecretTest, RevealsWhatItWasGiven) {
  const std::string text = Text();
  EXPECT_EQ(Secret(absl::string_view(text)).Reveal(), text);
  EXPECT_EQ(Secret(Text()).Reveal(), text);
  EXPECT_FALSE(Secret(Text()).empty());
}

TEST_P(SecretTest, WipesTheStringThatItTakes) {
  std::string text = Text();
  const Secret secret(std::move(text));
  EXPECT_TRUE(text.empty());
  EXPECT_FALSE(HoldsCanary(text));
}

TEST_P(SecretTest, MoveLeavesNothingBehind) {
  Secret from(Text());
  const Secret to(std::move(from));
  EXPECT_EQ(to.Reveal(), Text());
  EXPECT_TRUE(from.empty());
  EXPECT_FALSE(HoldsCanary(from));
}

TEST_P(SecretTest, MoveAssignmentLeavesNothingBehind) {
  Secret from(Text());
  Secret to(absl::string_view("before"));
  to = std::move(from);
  EXPECT_EQ(to.Reveal(), Text());
  EXPECT_TRUE(from.empty());
  EXPECT_FALSE(HoldsCanary(from));
}

TEST_P(SecretTest, AssignmentOverwrites) {
  Secret copied(Text());
  Secret moved(Text());
  const Secret empty;
  copied = empty;
  moved = Secret();
  EXPECT_FALSE(HoldsCanary(copied));
  EXPECT_FALSE(HoldsCanary(moved));
  EXPECT_TRUE(copied.empty());
  EXPECT_TRUE(moved.empty());
}

TEST_P(SecretTest, SelfAssignmentKeepsTheValue) {
  Secret secret(Text());
  Secret& same = secret;
  secret = same;
  secret = std::move(same);
  EXPECT_EQ(secret.Reveal(), Text());
}

TEST_P(SecretTest, CopiesAreEqualAndApart) {
  Secret original(Text());
  const Secret copy = original;
  EXPECT_EQ(original, copy);
  original = Secret();
  EXPECT_EQ(copy.Reveal(), Text());
}

TEST_P(SecretTest, FreesNoMemoryThatHoldsIt) {
  // Each statement below frees the memory of one secret at least.
  std::optional<Secret> destroyed{Secret(Text())};
  Secret shrunk(Text());
  Secret replaced(Text());
  Secret grown{absl::string_view(kCanary)};
  const Secret longer(std::string(1000, 'x'));
  const int before = leaks;
  destroyed.reset();
  shrunk = Secret();
  replaced = longer;
  grown = longer;
  EXPECT_EQ(leaks, before);
}

TEST_P(SecretTest, DestructorOverwritesTheObject) {
  alignas(Secret) unsigned char memory[sizeof(Secret)];
  Secret* const secret = new (memory) Secret(Text());
  secret->~Secret();
  // Volatile, for the object is no more, and the memory is read all the same.
  const volatile unsigned char* const bytes = memory;
  std::string left;
  for (size_t i = 0; i < sizeof(memory); ++i) left.push_back(static_cast<char>(bytes[i]));
  EXPECT_EQ(left.find(kCanary), std::string::npos);
}

TEST(SecretTest, EqualityTable) {
  const struct {
    absl::string_view name, a, b;
  } cases[] = {
      {"both empty", "", ""},
      {"one empty", "", "a"},
      {"same", "token", "token"},
      {"first byte differs", "token", "Token"},
      {"last byte differs", "token", "tokem"},
      {"prefix", "token", "token2"},
      {"after a NUL", absl::string_view("a\0b", 3), absl::string_view("a\0c", 3)},
      {"two differences that cancel out", "ab", "ba"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Secret(c.a) == Secret(c.b), c.a == c.b);
    EXPECT_EQ(Secret(c.b) == Secret(c.a), c.a == c.b);
    EXPECT_EQ(Secret(c.a) != Secret(c.b), c.a != c.b);
  }
}

TEST(SecretTest, DefaultIsEmpty) {
  EXPECT_TRUE(Secret().empty());
  EXPECT_EQ(Secret().Reveal(), "");
}

TEST(SecretTest, FailedTestsDoNotPrintIt) {
  EXPECT_EQ(::testing::PrintToString(Secret(absl::string_view(kCanary))), "(secret)");
}

TEST(WipeTest, OverwritesSpareCapacity) {
  std::string text = Long();
  const char* const bytes = text.data();
  const size_t capacity = text.capacity();
  text.resize(1);
  Wipe(text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), bytes);
  text.resize(capacity, '.');
  EXPECT_EQ(text, std::string(capacity, '.'));
  Wipe(text);
  EXPECT_FALSE(memmem(bytes, capacity, "..", 2));
}

TEST(WipeTest, LeaksAreSeen) {
  const int before = leaks;
  { const std::string careless = Long(); }
  EXPECT_GT(leaks, before) << "the other tests would not fail";
}

}  // namespace
}  // namespace registryd
