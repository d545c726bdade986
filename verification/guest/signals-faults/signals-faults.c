// What a handler is told about a bad memory access: signal, code, address, and the pc of the
// instruction. (Nios II tells the page of the address, not the address itself, where the page is
// the reason.)

#include "guest.h"

static char *area;  // three pages: one to read, one for nothing, one unmapped
enum { PAGE = 4096 };

// The accesses, each one instruction in a function of its own, so that the pc can be told.
__attribute__((noinline, noclone)) static int load(const volatile int *address) { return *address; }
__attribute__((noinline, noclone)) static void store(volatile int *address) { *address = 1; }
__attribute__((noinline, noclone)) static int load_byte(const volatile char *address) {
  return *address;
}

static unsigned long expected_code;
static volatile int faults;
static bool one_shot;

static void say_place(unsigned long address) {
  unsigned long offset = address - (unsigned long)area;
  if (offset < 3 * PAGE)
    say("area+%lu", offset);
  else
    say("%lx", address);
}

static void report(int signal, struct siginfo *info, struct ucontext *context) {
  faults++;
  unsigned long pc = ucontext_pc(context);
  say(" %S code %d, si_addr ", signal, info->code);
  if ((unsigned long)info->fault.addr == pc)
    say("= pc");
  else
    say_place((unsigned long)info->fault.addr);
  say(", pc in the function: %s\n", yes_no(pc - expected_code < 32));
  if (faults > 40) sys_exit(123);
  if (one_shot) {
    // Repairs the page; the instruction runs again.
    sys_mprotect(area, PAGE, PROT_READ | PROT_WRITE);
    return;
  }
  ucontext_set_pc(context, ucontext_return_address(context));
}

static void try_load(const char *what, const void *address) {
  say("load, %s:", what);
  expected_code = (unsigned long)load;
  load(address);
}

static void try_store(const char *what, void *address) {
  say("store, %s:", what);
  expected_code = (unsigned long)store;
  store(address);
}

static void try_call(const char *what, void *address) {
  say("call, %s:", what);
  expected_code = (unsigned long)address;
  ((void (*)(void))address)();
}

static void by_kill(int signal, struct siginfo *info, struct ucontext *context) {
  say("%S by kill: code %d, from me: %s\n", signal, info->code,
      yes_no(info->sender.pid == sys_getpid()));
}

static long fault_blocked(void *unused) {
  uint32_t mask[2] = {mask_bit(SIGSEGV), 0};
  sys_rt_sigprocmask(SIG_BLOCK, mask, 0);
  store((void *)16);
  return 0;
}

static long fault_ignored(void *unused) {
  handle(SIGSEGV, SIG_IGN, 0);
  store((void *)16);
  return 0;
}

static void fault_again(int signal, struct siginfo *info, struct ucontext *context) {
  store((void *)32);
}

static long fault_in_handler(void *unused) {
  handle(SIGSEGV, fault_again, SA_SIGINFO);
  store((void *)16);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  area = new_memory(3 * PAGE, MAP_PRIVATE);
  sys_mprotect(area, PAGE, PROT_READ);
  sys_mprotect(area + PAGE, PAGE, PROT_NONE);
  sys_munmap(area + 2 * PAGE, PAGE);
  handle(SIGSEGV, report, SA_SIGINFO);
  handle(SIGBUS, report, SA_SIGINFO);

  try_load("null", 0);
  try_store("null", 0);
  try_load("unmapped", area + 2 * PAGE);
  try_store("unmapped", area + 2 * PAGE + 16);
  try_store("a page to read", area + 100);
  try_load("a page for nothing", area + PAGE + 200);
  try_store("a page for nothing", area + PAGE + 4092);
  try_store("the program's code", (void *)((unsigned long)load & ~3ul));
  try_load("the kernel's half", (void *)0xc0000000ul);
  try_store("the kernel's half", (void *)0xc0001000ul);
  try_load("the first address behind user space", (void *)0x80000000ul);
  try_load("the last word", (void *)0xfffffffcul);
  say("load of a byte, unmapped, odd:");
  expected_code = (unsigned long)load_byte;
  load_byte(area + 2 * PAGE + 3);
  say("a page to read can be read: %d\n", load((int *)area));
  try_call("null", 0);
  try_call("unmapped", area + 2 * PAGE);
  try_call("unmapped, within the page", area + 2 * PAGE + 8);
  try_call("a page for nothing", area + PAGE);
  try_call("a page without PROT_EXEC", area);
  try_call("the kernel's half", (void *)0xc0000000ul);

  one_shot = true;
  say("repaired by the handler:");
  expected_code = (unsigned long)store;
  store((int *)area);
  say("the word is %d\n", load((int *)area));
  one_shot = false;

  say("-- files\n");
  int file = (int)need(sys_memfd_create("file", 0), "memfd_create");
  sys_write(file, "abc", 3);
  sys_munmap(area, 2 * PAGE);
  area = (char *)need(
      sys_mmap(area, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0), "mmap");
  say("within the file's last page: %d\n", load((int *)(area + 100)));
  try_load("behind the end of the file", area + PAGE + 8);
  try_store("behind the end of the file", area + 2 * PAGE);

  say("-- not by a fault\n");
  handle(SIGSEGV, by_kill, SA_SIGINFO);
  sys_kill(sys_getpid(), SIGSEGV);
  say("blocked: %w\n", run_in_child(fault_blocked, 0));
  say("ignored: %w\n", run_in_child(fault_ignored, 0));
  say("in the handler itself: %w\n", run_in_child(fault_in_handler, 0));
  return 0;
}
