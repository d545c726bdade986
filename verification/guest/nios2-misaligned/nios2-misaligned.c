// Loads and stores at addresses that are not multiples of their size. Linux mends ldw, ldh, ldhu,
// stw and sth; the io forms it steps over without doing anything. What it cannot mend, because the
// memory forbids it, is SIGSEGV at the address of the instruction, whatever is wrong.
//
// Not asked for: where an instruction names r0 or one of r24 to r31, Linux 6.12 takes another
// register for it (r12 and r8), and of an access that reaches two pages of which it may touch only
// one it does half. Neither can be what it is meant to do.

#include "nios2-probe.h"

// clang-format off
#define PROBES(P) \
  P(ldw, "ldw r2, 1(r4)") \
  P(ldw_2, "ldw r2, 2(r4)") \
  P(ldw_3, "ldw r2, 3(r4)") \
  P(ldh, "ldh r2, 1(r4)") \
  P(ldh_negative, "ldh r2, 7(r4)") \
  P(ldhu, "ldhu r2, 7(r4)") \
  P(ldw_to_base, "ldw r4, 1(r4)\n mov r2, r4") \
  P(ldw_to_zero, "ldw zero, 1(r4)\n mov r2, zero") \
  P(stw, "stw r5, 1(r4)\n ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(stw_2, "stw r5, 2(r4)\n ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(sth, "sth r5, 1(r4)\n ldw r2, 0(r4)") \
  P(sth_3, "sth r5, 3(r4)\n ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(all_registers, "mov r9, r16\n mov r10, r23\n ldw r16, 1(r4)\n ldw r23, 2(r4)\n" \
    " sub r2, r16, r23\n mov r16, r9\n mov r23, r10") \
  P(ldwio, "movi r2, 99\n ldwio r2, 1(r4)") \
  P(untouched, "ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(stwio, "stwio r5, 1(r4)\n ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(ldhio, "movi r2, 99\n ldhio r2, 1(r4)") \
  P(sthio, "sthio r5, 1(r4)\n ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(ldw_unmapped, "ldw r2, 1(zero)") \
  P(stw_text, "nextpc r2\n stw r2, 1(r2)")
// clang-format on

PROBES(PROBE)

static const struct named_probe probes[] = {PROBES(NAMED_PROBE)};

// At the address itself; what comes back is only whether it came back.
// clang-format off
#define ACCESSES(P) \
  P(at_ldw, "ldw r3, 0(r4)\n movi r2, 1") \
  P(at_ldh, "ldh r3, 0(r4)\n movi r2, 1") \
  P(at_ldhu, "ldhu r3, 0(r4)\n movi r2, 1") \
  P(at_ldw_zero, "ldw zero, 0(r4)\n movi r2, 1") \
  P(at_ldwio, "ldwio r3, 0(r4)\n movi r2, 1") \
  P(at_stw, "stw r5, 0(r4)\n movi r2, 1") \
  P(at_sth, "sth r5, 0(r4)\n movi r2, 1") \
  P(at_sthio, "sthio r5, 0(r4)\n movi r2, 1")
// clang-format on

ACCESSES(PROBE)

static const struct named_probe accesses[] = {ACCESSES(NAMED_PROBE)};

#define PAGE 4096

static void try_at(const char *where, unsigned long address) {
  say("%s\n", where);
  for (unsigned i = 0; i < sizeof accesses / sizeof *accesses; i++) {
    say("  ");
    run_probe(accesses[i].name, accesses[i].probe, (void *)address, 0x1a2b3c4d, 0);
  }
}

// Two pages with one protection each, and accesses inside and between them.
static void try_between(const char *where, int low, int high) {
  char *pages = (char *)sys_mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  sys_mprotect(pages, PAGE, low);
  sys_mprotect(pages + PAGE, PAGE, high);
  try_at(where, (unsigned long)pages + PAGE - 1);
  sys_munmap(pages, 2 * PAGE);
}

static void try_past_the_end_of_a_file(void) {
  long fd = sys_open("/tmp/misaligned", O_RDWR | O_CREAT, 0600);
  sys_write(fd, "x", 1);
  char *pages =
      (char *)sys_mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  try_at("past the end of a file", (unsigned long)pages + PAGE + 1);
  try_at("from a file's last page past its end", (unsigned long)pages + PAGE - 1);
  sys_munmap(pages, 2 * PAGE);
  sys_close(fd);
}

// Code that was run, then changed by a misaligned store.
static void try_code(void) {
  unsigned *code = (unsigned *)sys_mmap(0, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  code[0] = 0x00804844;  // movi r2, 0x121
  code[1] = 0xf800283a;  // ret
  long (*function)(void) = (long (*)(void))code;
  say("code returns %lx,", function());
  // The immediate stands in bits 6 to 21: 0x321 there.
  __asm__ volatile("sth %1, 1(%0)\n flushd 0(%0)\n flushi %0\n flushp"
                   :
                   : "r"(code), "r"(0x80c8)
                   : "memory");
  say(" then %lx\n", function());
  sys_munmap((char *)code, PAGE);
}

static void reset_data(void) {
  for (unsigned i = 0; i < sizeof probe_data; i++)
    probe_data[i] = (unsigned char)(0x11 * (i + 1) + i);
}

int guest_main(int argc, char **argv, char **envp) {
  probe_signals();
  for (unsigned i = 0; i < sizeof probes / sizeof *probes; i++) {
    reset_data();
    run_probe(probes[i].name, probes[i].probe, probe_data, 0x1a2b3c4d, 0);
  }
  try_between("both pages", PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE);
  try_between("none behind", PROT_READ | PROT_WRITE, PROT_NONE);
  try_between("none before", PROT_NONE, PROT_READ | PROT_WRITE);
  try_between("read-only behind", PROT_READ | PROT_WRITE, PROT_READ);
  try_between("read-only before", PROT_READ, PROT_READ | PROT_WRITE);
  try_at("nothing mapped", 1);
  try_at("the kuser page", 0x1001);
  try_at("the last page of user memory", 0x7ffffffd);
  try_past_the_end_of_a_file();
  try_code();
  say("the process goes on\n");
  return 0;
}
