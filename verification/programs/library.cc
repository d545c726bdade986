// The C++ library: streams, files, regular expressions, containers, time, memory resources. Static only: exceptions thrown by the
// shared library of the toolchain used here end a program, on a real kernel too.
#include <algorithm>
#include <any>
#include <bitset>
#include <charconv>
#include <chrono>
#include <complex>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <list>
#include <locale>
#include <map>
#include <memory>
#include <memory_resource>
#include <numeric>
#include <optional>
#include <queue>
#include <random>
#include <ranges>
#include <regex>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace fs = std::filesystem;

static void streams() {
  std::cout << "hello " << 42 << ' ' << std::hex << 255 << std::dec << ' ' << std::setw(8) << std::setfill('*') << 7 << ' '
            << std::fixed << std::setprecision(3) << 3.14159 << ' ' << std::scientific << 12345.678 << ' ' << std::defaultfloat
            << 1e20 << ' ' << std::boolalpha << true << '\n';
  std::istringstream in("12 3.5 word rest of line\nnext");
  int i;
  double d;
  std::string w, rest, next;
  in >> i >> d >> w;
  std::getline(in, rest);
  std::getline(in, next);
  std::cout << i << '|' << d << '|' << w << '|' << rest << '|' << next << '|' << in.eof() << '\n';
  std::ostringstream out;
  out << std::quoted("a \"quoted\" text") << std::put_time(std::gmtime(&(const time_t &)(time_t)0), " %F");
  std::cout << out.str() << '\n';
  std::istringstream bad("xyz");
  bad >> i;
  std::cout << "failed " << bad.fail() << ", number " << i << '\n';
  std::cout << std::stoi("123") + std::stod("0.5") << ' ' << std::to_string(1.5) << '\n';
  std::cerr << "to cerr\n";
  try {
    std::stoi("none");
  } catch (const std::invalid_argument &e) {
    std::cout << e.what() << '\n';
  }
  try {
    std::vector<int> v(3);
    v.at(5) = 1;
  } catch (const std::out_of_range &e) {
    std::cout << e.what() << '\n';
  }
}

static void files() {
  fs::path folder = fs::temp_directory_path() / "library-test";
  fs::remove_all(folder);
  fs::create_directories(folder / "a" / "b");
  {
    std::ofstream out(folder / "a" / "file.txt");
    for (int i = 0; i < 5; i++) out << "line " << i << '\n';
  }
  std::fstream both(folder / "a" / "file.txt", std::ios::in | std::ios::out);
  both.seekp(5);
  both << 'X';
  both.seekg(0);
  std::string line;
  int lines = 0;
  while (std::getline(both, line)) {
    if (lines++ == 0) std::cout << line << '\n';
  }
  std::cout << "lines " << lines << ", size " << fs::file_size(folder / "a" / "file.txt") << '\n';
  std::ifstream none(folder / "none");
  std::cout << "open " << none.is_open() << '\n';
  fs::create_symlink("file.txt", folder / "a" / "link");
  fs::copy(folder / "a", folder / "copy", fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  fs::rename(folder / "copy" / "file.txt", folder / "copy" / "renamed");
  fs::resize_file(folder / "copy" / "renamed", 3);
  fs::permissions(folder / "copy" / "renamed", fs::perms::owner_read);
  std::set<std::string> names;
  for (const auto &entry : fs::recursive_directory_iterator(folder)) {
    names.insert(fs::relative(entry.path(), folder).string() + (entry.is_symlink() ? "@" : entry.is_directory() ? "/" : ""));
  }
  for (const auto &name : names) std::cout << "  " << name << '\n';
  std::cout << "equivalent " << fs::equivalent(folder / "a" / "link", folder / "a" / "file.txt") << ", mode " << std::oct
            << (int)fs::status(folder / "copy" / "renamed").permissions() << std::dec << ", canonical "
            << fs::canonical(folder / "a" / ".." / "a" / "link").filename() << '\n';
  std::error_code error;
  fs::remove(folder / "a", error);
  std::cout << "remove: " << error.message() << '\n';
  try {
    fs::file_size(folder / "nothing");
  } catch (const fs::filesystem_error &e) {
    std::cout << e.code().value() << ' ' << e.path1().filename() << '\n';
  }
  auto space = fs::space(folder);
  std::cout << "space " << (space.capacity >= space.free) << ", hard links " << fs::hard_link_count(folder / "a") << '\n';
  std::cout << "removed " << fs::remove_all(folder) << ", exists " << fs::exists(folder) << '\n';
}

static void text() {
  std::regex word(R"((\w+)@(\w+)\.com)");
  std::string mail = "write to alice@example.com or bob@test.com";
  for (std::sregex_iterator it(mail.begin(), mail.end(), word), end; it != end; ++it) std::cout << (*it)[1] << " at " << (*it)[2] << '\n';
  std::cout << std::regex_replace(mail, word, "<$1>") << '\n';
  int value = 0;
  std::string_view digits = "777x";
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  std::cout << value << ' ' << *end << ' ' << (error == std::errc()) << '\n';
  char buffer[30];
  auto result = std::to_chars(buffer, buffer + 30, 0.1);
  std::cout << std::string_view(buffer, (size_t)(result.ptr - buffer)) << ' ' << std::bitset<8>(0xa5) << ' ' << std::complex<double>(1, 2) * std::complex<double>(3, 4) << '\n';
}

static void containers() {
  std::map<std::string, int> counts;
  for (const char *w : {"b", "a", "b", "c", "b"}) counts[w]++;
  for (auto &[key, count] : counts) std::cout << key << count << ' ';
  std::unordered_map<int, int> squares;
  for (int i = 0; i < 1000; i++) squares[i * 7919] = i;
  std::priority_queue<int> heap;
  for (int i : {3, 1, 4, 1, 5}) heap.push(i);
  std::cout << squares[7919 * 500] << ' ' << heap.top() << '\n';
  std::mt19937 engine(42);
  std::mt19937_64 wide(42);
  std::cout << engine() << ' ' << wide() << ' ' << std::uniform_int_distribution<int>(1, 6)(engine) << '\n';
  std::vector<int> v(100);
  std::iota(v.begin(), v.end(), 0);
  std::shuffle(v.begin(), v.end(), engine);
  std::sort(v.begin(), v.end(), std::greater<>());
  std::cout << v.front() << ' ' << std::accumulate(v.begin(), v.end(), 0LL) << '\n';
  for (int i : v | std::views::filter([](int i) { return i % 30 == 0; }) | std::views::transform([](int i) { return i / 10; })) std::cout << i << ' ';
  std::optional<int> none;
  std::any any = std::string("any");
  std::cout << none.value_or(5) << ' ' << std::any_cast<std::string>(any) << ' ' << std::get<1>(std::tuple(1, "two")) << '\n';
  std::pmr::monotonic_buffer_resource pool;
  std::pmr::vector<int> pooled({1, 2, 3}, &pool);
  auto pointer = std::make_shared<int>(5);
  std::weak_ptr<int> weak = pointer;
  pointer.reset();
  std::cout << pooled.size() << ' ' << weak.expired() << '\n';
  std::random_device device;
  device();
  using namespace std::chrono;
  std::cout << duration_cast<minutes>(hours(2)).count() << ' ' << (sys_days(2024y / February / 29) - sys_days(1970y / January / 1)).count() << '\n';
  try {
    std::locale here("xx_YY");
  } catch (const std::runtime_error &e) {
    std::cout << "no such locale\n";
  }
}

int main() {
  streams();
  files();
  text();
  containers();
}
