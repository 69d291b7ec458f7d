#include "registry/base/published.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace registryd {
namespace {

TEST(PublishedTest, StartsWithWhatItIsGiven) {
  EXPECT_EQ(Published<int>().Get(), nullptr);
  EXPECT_EQ(*Published<int>(std::make_shared<int>(7)).Get(), 7);
}

TEST(PublishedTest, SetReplaces) {
  Published<int> published(std::make_shared<int>(1));
  EXPECT_EQ(*published.Get(), 1);
  published.Set(std::make_shared<int>(2));
  EXPECT_EQ(*published.Get(), 2);
  published.Set(nullptr);
  EXPECT_EQ(published.Get(), nullptr);
}

TEST(PublishedTest, RereadingCopiesNothing) {
  Published<int> published(std::make_shared<int>(1));
  const Published<int>::Pointer& first = published.Get();
  const long owners = first.use_count();
  const Published<int>::Pointer& second = published.Get();
  EXPECT_EQ(&first, &second);
  EXPECT_EQ(second.use_count(), owners);
}

TEST(PublishedTest, ObjectsDoNotMixEvenInOneSlot) {
  std::vector<std::unique_ptr<Published<int, 2>>> all;
  for (int i = 0; i < 7; ++i) {
    all.push_back(std::make_unique<Published<int, 2>>(std::make_shared<int>(i)));
  }
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 7; ++i) EXPECT_EQ(*all[i]->Get(), i);
  }
}

TEST(PublishedTest, AnObjectAtAnOldAddressIsANewObject) {
  for (int i = 0; i < 100; ++i) {
    const Published<int, 1> published(std::make_shared<int>(i));
    ASSERT_EQ(*published.Get(), i);
  }
}

TEST(PublishedTest, OldValueGoesWhenTheThreadReadsAgain) {
  auto value = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = value;
  Published<int> published(std::move(value));
  published.Get();
  published.Set(std::make_shared<int>(2));
  EXPECT_FALSE(watch.expired());
  published.Get();
  EXPECT_TRUE(watch.expired());
}

TEST(PublishedTest, OldValueGoesWhenTheThreadEnds) {
  auto value = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = value;
  Published<int> published(std::move(value));
  std::thread([&] { published.Get(); }).join();
  published.Set(nullptr);
  EXPECT_TRUE(watch.expired());
}

// A value whose destruction publishes: the old copy must go without the lock.
struct Republisher {
  ~Republisher() {
    if (published != nullptr) published->Set(nullptr);
  }
  Published<Republisher>* published = nullptr;
};

TEST(PublishedTest, DestroysOldValuesWithoutTheLock) {
  Published<Republisher> published;
  auto value = std::make_shared<Republisher>();
  value->published = &published;
  published.Set(std::move(value));
  published.Get();
  published.Set(std::make_shared<Republisher>());
  published.Get();
  EXPECT_EQ(published.Get(), nullptr);
}

TEST(PublishedTest, ReadersSeeWholeValuesNeverOlderOnes) {
  struct Pair {
    int a;
    int b;
  };
  Published<Pair> published(std::make_shared<Pair>(Pair{0, 0}));
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      int last = 0;
      while (!stop) {
        const auto& value = published.Get();
        EXPECT_EQ(value->a, value->b);
        EXPECT_GE(value->a, last);
        last = value->a;
      }
    });
  }
  for (int i = 1; i <= 2000; ++i) published.Set(std::make_shared<Pair>(Pair{i, i}));
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(published.Get()->a, 2000);
}

}  // namespace
}  // namespace registryd
