// Threads of the C++ library: thread_local objects, every mutex, condition variables, futures, atomics, latches, tokens, coroutines.
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <numeric>
#include <semaphore>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

static std::atomic<int> made{0}, destroyed{0};

struct Local {
  Local() { made++; }
  ~Local() { destroyed++; }
  std::string text = "fresh";
  int uses = 0;
};

static thread_local Local local;
static thread_local int counter = 100;
static std::mutex printing;

template <class Body> static void run(int count, Body body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; i++) threads.emplace_back(body, i);
  for (auto &t : threads) t.join();
}

struct Generator {
  struct promise_type {
    int value = 0;
    Generator get_return_object() { return Generator{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int v) { value = v; return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
  ~Generator() { handle.destroy(); }
  bool next() { handle.resume(); return !handle.done(); }
};

static Generator fibonacci(int count) {
  int a = 0, b = 1;
  for (int i = 0; i < count; i++) {
    co_yield a;
    b += a;
    a = b - a;
  }
}

int main() {
  std::atomic<int> fresh{0};
  run(6, [&](int n) {
    fresh += local.text == "fresh" && counter == 100;
    for (int i = 0; i < 100; i++) {
      local.text = std::to_string(n);
      local.uses++;
      counter += n;
      if (i % 20 == 0) std::this_thread::yield();
    }
    fresh += local.text == std::to_string(n) && local.uses == 100 && counter == 100 + 100 * n;
  });
  std::printf("thread_local: %d right, %d made, %d destroyed, main's %d\n", fresh.load(), made.load(), destroyed.load(), counter);

  std::mutex mutex;
  std::recursive_mutex recursive;
  std::timed_mutex timed;
  std::shared_mutex shared;
  std::atomic<long> sum{0};
  long plain = 0, guarded = 0, reads = 0;
  run(4, [&](int) {
    for (int i = 0; i < 300; i++) {
      { std::lock_guard lock(mutex); plain++; }
      { std::scoped_lock lock(recursive, timed); std::lock_guard again(recursive); guarded++; }
      if (i % 10 == 0) { std::unique_lock lock(shared); reads++; } else { std::shared_lock lock(shared); sum += reads >= 0; }
    }
  });
  std::printf("mutexes: %ld %ld %ld %ld\n", plain, guarded, reads, sum.load());
  timed.lock();
  run(1, [&](int) { std::printf("try_lock_for: %d\n", timed.try_lock_for(20ms)); });
  timed.unlock();
  { std::unique_lock a(mutex, std::defer_lock); std::printf("owns %d", a.owns_lock()); a.lock(); std::printf(" %d\n", a.owns_lock()); }

  std::deque<int> queue;
  std::condition_variable changed;
  bool closed = false;
  long total = 0;
  std::thread consumer([&] {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return !queue.empty() || closed; });
      if (queue.empty()) break;
      total += queue.front();
      queue.pop_front();
    }
  });
  for (int i = 1; i <= 300; i++) {
    { std::lock_guard lock(mutex); queue.push_back(i); }
    changed.notify_one();
  }
  { std::lock_guard lock(mutex); closed = true; }
  changed.notify_all();
  consumer.join();
  std::printf("queue: %ld\n", total);
  {
    std::unique_lock lock(mutex);
    std::printf("wait_for: %d\n", changed.wait_for(lock, 20ms) == std::cv_status::timeout);
    std::printf("wait_until: %d\n", changed.wait_until(lock, std::chrono::system_clock::now() + 20ms, [] { return false; }));
  }

  auto slow = std::async(std::launch::async, [] { std::this_thread::sleep_for(30ms); return 42; });
  std::printf("future: not ready %d", slow.wait_for(0ms) == std::future_status::timeout);
  std::printf(", then %d\n", slow.get());
  auto lazy = std::async(std::launch::deferred, [] { return std::string("lazy"); });
  std::printf("deferred: %s\n", lazy.get().c_str());
  std::packaged_task<int(int)> task([](int x) { return x * x; });
  auto square = task.get_future();
  std::thread(std::move(task), 9).join();
  std::printf("packaged task: %d\n", square.get());
  std::promise<std::string> promise;
  auto many = promise.get_future().share();
  std::atomic<int> heard{0};
  std::thread listeners([&] { run(3, [&](int) { heard += many.get() == "spoken"; }); });
  promise.set_value("spoken");
  listeners.join();
  std::printf("shared future: %d\n", heard.load());

  std::once_flag once;
  std::atomic<int> calls{0};
  run(4, [&](int) { std::call_once(once, [&] { calls++; }); });
  std::printf("call_once: %d\n", calls.load());
  std::atomic<int64_t> wide{0};
  std::atomic<bool> flag{false};
  std::atomic_flag spin = ATOMIC_FLAG_INIT;
  long spun = 0;
  run(4, [&](int n) {
    for (int i = 0; i < 200; i++) {
      wide += 0x100000001LL;
      int64_t expected = wide;
      while (!wide.compare_exchange_weak(expected, expected ^ 0)) {}
      while (spin.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
      spun++;
      spin.clear(std::memory_order_release);
    }
    if (n == 0) flag = true;
  });
  std::printf("atomics: %llx %ld %d\n", (long long)wide.load(), spun, flag.load());
  std::atomic<int> waited{0};
  std::thread waker([&] { std::this_thread::sleep_for(20ms); waited = 1; waited.notify_all(); });
  waited.wait(0);
  waker.join();
  std::printf("atomic wait: %d\n", waited.load());
  std::latch latch(3);
  std::barrier barrier(3, []() noexcept { std::printf("phase\n"); });
  std::counting_semaphore<2> semaphore(2);
  std::atomic<int> inside{0}, most{0};
  run(3, [&](int) {
    latch.arrive_and_wait();
    for (int i = 0; i < 2; i++) barrier.arrive_and_wait();
    semaphore.acquire();
    int now = ++inside;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {}
    std::this_thread::sleep_for(5ms);
    inside--;
    semaphore.release();
  });
  std::printf("semaphore: at most %d\n", most <= 2 ? 2 : most.load());
  std::jthread stoppable([](std::stop_token token) {
    std::mutex m;
    std::condition_variable_any any;
    std::unique_lock lock(m);
    any.wait(lock, token, [] { return false; });
    std::printf("stop requested: %d\n", token.stop_requested());
  });
  stoppable.request_stop();
  stoppable.join();
  std::thread other([] {});
  std::printf("ids differ: %d\n", std::this_thread::get_id() != other.get_id());
  other.join();
  Generator numbers = fibonacci(10);
  std::printf("coroutine:");
  while (numbers.next()) std::printf(" %d", numbers.handle.promise().value);
  std::printf("\n");
  auto before = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(10ms);
  std::printf("slept: %d\n", std::chrono::steady_clock::now() - before >= 10ms);
  return 0;
}
