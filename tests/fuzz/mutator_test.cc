#include "tests/fuzz/mutator.h"

#include <set>

#include "gtest/gtest.h"

namespace registryd {
namespace {

TEST(Mutator, MakesTheSameInputsEveryTime) {
  Mutator one({"abc", "defg"}, 7);
  Mutator same({"abc", "defg"}, 7);
  Mutator other({"abc", "defg"}, 8);
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string input = one.Next();
    EXPECT_EQ(input, same.Next());
    if (input != other.Next()) ++different;
  }
  EXPECT_GT(different, 90);
}

TEST(Mutator, MakesManyInputsOfOneEmptySeed) {
  Mutator mutator({""});
  std::set<std::string> inputs;
  for (int i = 0; i < 1000; ++i) inputs.insert(mutator.Next());
  EXPECT_GT(inputs.size(), 500u);
}

TEST(Mutator, KeepsToItsLimit) {
  Mutator mutator({std::string(Mutator::kMaxBytes, 'x')});
  size_t largest = 0;
  for (int i = 0; i < 1000; ++i) largest = std::max(largest, mutator.Next().size());
  EXPECT_EQ(largest, Mutator::kMaxBytes);
}

}  // namespace
}  // namespace registryd
