// Exceptions: through frames, handlers, constructors and threads; what cannot be caught ends the program.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <typeinfo>
#include <variant>
#include <vector>

struct Noisy {
  explicit Noisy(int n) : number(n) { if (n == 3) throw std::out_of_range("third"); }
  ~Noisy() { std::printf("  ~Noisy %d\n", number); }
  int number;
};

struct Base { virtual ~Base() = default; };
struct Derived : Base {};

static int deep(int n) {
  Noisy local(n + 10);
  if (n == 0) throw std::runtime_error("from the depth");
  return deep(n - 1) + local.number;
}

static std::exception_ptr kept;
static thread_local int caught_here = 0;

static void in_thread(int n) {
  for (int i = 0; i < 50; i++) {
    try {
      if ((i + n) % 2) throw i;
      throw std::string("text");
    } catch (int value) {
      caught_here += value >= 0;
    } catch (const std::string &text) {
      caught_here += text == "text";
    }
  }
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (n == 2) {
    try {
      deep(1);
    } catch (...) {
      kept = std::current_exception();
    }
  }
}

static void ends(const char *how, void (*body)()) {
  std::fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    std::freopen("/dev/null", "w", stderr);
    body();
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  std::printf("%s: signal %d, exit %d\n", how, WIFSIGNALED(status) ? WTERMSIG(status) : 0, WIFEXITED(status) ? WEXITSTATUS(status) : 0);
}

static void segv(int) { throw std::runtime_error("from a signal handler"); }

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    deep(2);
  } catch (const std::exception &e) {
    std::printf("%s\n", e.what());
  }
  try {
    Noisy a(1), b(2), c(3);
  } catch (const std::logic_error &e) {
    std::printf("a constructor: %s\n", e.what());
  }
  try {
    try {
      throw Derived();
    } catch (Base &b) {
      std::printf("caught as base, is derived %d\n", dynamic_cast<Derived *>(&b) != nullptr);
      throw;
    }
  } catch (Derived &) {
    std::printf("thrown again\n");
  }
  try {
    try {
      throw std::runtime_error("inner");
    } catch (...) {
      std::throw_with_nested(std::logic_error("outer"));
    }
  } catch (const std::exception &e) {
    try {
      std::rethrow_if_nested(e);
    } catch (const std::exception &inner) {
      std::printf("%s in %s\n", inner.what(), e.what());
    }
  }
  try {
    Base *none = nullptr;
    std::printf("%s\n", typeid(*none).name());
  } catch (const std::bad_typeid &e) {
    std::printf("%s\n", e.what());
  }
  try {
    std::get<int>(std::variant<int, double>(2.0));
  } catch (const std::bad_variant_access &e) {
    std::printf("%s\n", e.what());
  }
  try {
    std::unique_ptr<char[]> much(new char[0x7ffffff0]);
    std::printf("got it\n");
  } catch (const std::bad_alloc &e) {
    std::printf("%s\n", e.what());
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) threads.emplace_back(in_thread, i);
  for (auto &t : threads) t.join();
  try {
    std::rethrow_exception(kept);
  } catch (const std::runtime_error &e) {
    std::printf("from a thread: %s\n", e.what());
  }
  auto failed = std::async(std::launch::async, []() -> int { throw std::domain_error("async"); });
  try {
    failed.get();
  } catch (const std::domain_error &e) {
    std::printf("from a future: %s\n", e.what());
  }
  std::promise<int> broken;
  auto future = broken.get_future();
  { std::promise<int> gone = std::move(broken); }
  try {
    future.get();
  } catch (const std::future_error &e) {
    std::printf("broken promise: %d\n", e.code() == std::future_errc::broken_promise);
  }
  std::signal(SIGSEGV, segv);
  ends("not caught", [] { throw 1; });
  ends("noexcept", [] { []() noexcept { throw 1; }(); });
  ends("in a destructor", [] {
    struct Bad { ~Bad() noexcept(false) { throw 2; } };
    try { Bad bad; throw 1; } catch (...) {}
  });
  ends("in a thread", [] { std::thread([] { throw 1; }).join(); });
  ends("terminate handler", [] { std::set_terminate([] { _exit(9); }); throw 1; });
  ends("thread not joined", [] { std::thread([] {}).detach(); std::thread t([] {}); });
  ends("exit in a handler", [] { try { throw 1; } catch (...) { std::_Exit(5); } });
  std::printf("uncaught %d\n", std::uncaught_exceptions());
  return 0;
}
