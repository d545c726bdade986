// What computing costs: compute WHAT COUNT does one thing COUNT times, and prints a sum that shows it was done.
//
//   sieve    primes below 200,000: bytes, one after another and far apart
//   matrix   the product of two matrices of 100 rows: loads, multiplications
//   calls    Fibonacci numbers the slow way: calls, and the stack
//   list     a walk over 65,536 linked nodes in no order: each load waits for the one before
//   sort     a heap of 20,000 words put in order, compared through a function pointer
//   bytes    a text of 100,000 bytes: hashed, copied, searched
//   crc      a check sum of 100,000 bytes by table
//   machine  a program for a machine of its own, decoded by a switch: computed jumps

#include "guest.h"

static uint32_t seed = 12345;

static uint32_t next(void) { return seed = seed * 1103515245 + 12345; }

static uint32_t sieve(void) {
  enum { N = 200000 };
  static unsigned char composite[N];
  uint32_t count = 0;
  for (int i = 0; i < N; i++) composite[i] = 0;
  for (int i = 2; i < N; i++) {
    if (composite[i]) continue;
    count++;
    for (int j = i + i; j < N; j += i) composite[j] = 1;
  }
  return count;
}

static uint32_t matrix(void) {
  enum { N = 100 };
  static int a[N][N], b[N][N], product[N][N];
  uint32_t sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) a[i][j] = i * j + 1, b[i][j] = i - j + (int)(seed & 7);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      int s = 0;
      for (int k = 0; k < N; k++) s += a[i][k] * b[k][j];
      product[i][j] = s;
    }
  for (int i = 0; i < N; i++) sum = sum * 31 + (uint32_t)product[i][i];
  next();
  return sum;
}

static uint32_t __attribute__((noinline)) fibonacci(uint32_t n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static uint32_t calls(void) { return fibonacci(24); }

static uint32_t list(void) {
  enum { N = 65536 };
  static struct node { struct node *next; uint32_t value; } nodes[N];
  static struct node *first;
  if (!first) {
    static uint32_t order[N];
    for (uint32_t i = 0; i < N; i++) order[i] = i;
    for (uint32_t i = N - 1; i > 0; i--) {
      uint32_t j = (next() >> 8) % (i + 1), kept = order[i];
      order[i] = order[j], order[j] = kept;
    }
    for (uint32_t i = 0; i < N; i++) {
      nodes[order[i]].value = i;
      nodes[order[i]].next = i + 1 < N ? &nodes[order[i + 1]] : 0;
    }
    first = &nodes[order[0]];
  }
  uint32_t sum = 0;
  for (struct node *at = first; at; at = at->next) sum = sum * 3 + at->value;
  return sum;
}

static int by_value(uint32_t a, uint32_t b) { return a < b ? -1 : a > b; }
static int by_low_half(uint32_t a, uint32_t b) { return by_value(a << 16, b << 16); }

static void sink(uint32_t *heap, int from, int end, int (*compare)(uint32_t, uint32_t)) {
  for (int child; (child = 2 * from + 1) < end; from = child) {
    if (child + 1 < end && compare(heap[child], heap[child + 1]) < 0) child++;
    if (compare(heap[from], heap[child]) >= 0) return;
    uint32_t kept = heap[from];
    heap[from] = heap[child], heap[child] = kept;
  }
}

static uint32_t sort(void) {
  enum { N = 20000 };
  static uint32_t heap[N];
  int (*compare)(uint32_t, uint32_t) = seed & 1 ? by_value : by_low_half;
  for (int i = 0; i < N; i++) heap[i] = next();
  for (int i = N / 2; i-- > 0;) sink(heap, i, N, compare);
  for (int end = N; end-- > 1;) {
    uint32_t kept = heap[0];
    heap[0] = heap[end], heap[end] = kept;
    sink(heap, 0, end, compare);
  }
  return heap[0] ^ heap[N / 2] ^ heap[N - 1];
}

enum { TEXT = 100000 };
static unsigned char text[TEXT + 8], copy[TEXT + 8];

static void write_text(void) {
  if (text[0]) return;
  for (int i = 0; i < TEXT; i++) text[i] = (unsigned char)("etaoin shrdlu,.\n"[next() >> 28]);
}

static uint32_t bytes(void) {
  uint32_t hash = 5381, lines = 0, longest = 0, length = 0;
  write_text();
  for (unsigned char *from = text, *to = copy; (*to++ = *from++) != 0;) {}
  for (unsigned char *at = copy; *at; at++) {
    hash = hash * 33 ^ *at;
    length++;
    if (*at == '\n') {
      if (length > longest) longest = length;
      lines++, length = 0;
    }
  }
  return hash + lines * 1000 + longest;
}

static uint32_t crc(void) {
  static uint32_t table[256];
  if (!table[1])
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; bit++) value = value & 1 ? value >> 1 ^ 0xedb88320u : value >> 1;
      table[i] = value;
    }
  write_text();
  uint32_t sum = ~0u;
  for (int i = 0; i < TEXT; i++) sum = sum >> 8 ^ table[(sum ^ text[i]) & 0xff];
  return ~sum;
}

static uint32_t machine(void) {
  enum { SET, ADD, SUB, XOR, SHIFT, STORE, LOAD, LESS, JUMP_IF, END };
  static const struct { unsigned char what, to, a, b; } program[] = {
      {SET, 0, 0, 0},  {SET, 1, 200, 0}, {SET, 2, 1, 0},  {SET, 3, 7, 0},   {XOR, 4, 4, 0},
      {SHIFT, 4, 4, 3}, {ADD, 4, 4, 1},  {STORE, 0, 0, 4}, {LOAD, 5, 0, 0},  {SUB, 6, 5, 2},
      {XOR, 4, 4, 6},  {ADD, 0, 0, 2},   {LESS, 7, 0, 1}, {JUMP_IF, 4, 7, 0}, {END, 0, 4, 0},
  };
  static uint32_t memory[256];
  uint32_t r[8] = {0};
  for (int turn = 0; turn < 20; turn++) {
    r[4] += (uint32_t)turn;
    for (int at = 0;;) {
      unsigned char what = program[at].what, to = program[at].to, a = program[at].a, b = program[at].b;
      at++;
      switch (what) {
        case SET: r[to] = a; continue;
        case ADD: r[to] = r[a] + r[b]; continue;
        case SUB: r[to] = r[a] - r[b]; continue;
        case XOR: r[to] = r[a] ^ r[b]; continue;
        case SHIFT: r[to] = r[a] << (r[b] & 31) | r[a] >> (32 - (r[b] & 31)); continue;
        case STORE: memory[r[a] & 255] = r[b]; continue;
        case LOAD: r[to] = memory[r[a] & 255]; continue;
        case LESS: r[to] = r[a] < r[b]; continue;
        case JUMP_IF: if (r[a]) at = to; continue;
      }
      break;
    }
  }
  return r[4];
}

static const struct { const char *name; uint32_t (*function)(void); } things[] = {
    {"sieve", sieve}, {"matrix", matrix}, {"calls", calls}, {"list", list},
    {"sort", sort},   {"bytes", bytes},   {"crc", crc},     {"machine", machine},
};

int guest_main(int argc, char **argv, char **envp) {
  uint32_t sum = 0;
  int count = 0;
  for (const char *digit = argc > 2 ? argv[2] : ""; *digit; digit++) count = count * 10 + *digit - '0';
  for (unsigned i = 0; argc > 2 && i < sizeof things / sizeof *things; i++) {
    if (!text_equal(argv[1], things[i].name)) continue;
    for (int n = 0; n < count; n++) sum = sum * 7 + things[i].function();
    say("%s %d: %x\n", argv[1], count, sum);
    return 0;
  }
  say("usage: compute sieve|matrix|calls|list|sort|bytes|crc|machine COUNT\n");
  return 2;
}
