// Dynamic only. Libraries loaded and unloaded again while other threads run.
#define _GNU_SOURCE
#include <crypt.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 3, ROUNDS = 12, NUMBERS = 2000 };

static volatile int stop;

// What libcrypt makes of a word, or why not.
static const char *hash(void *library, const char *word, struct crypt_data *data) {
  char *(*function)(const char *, const char *, struct crypt_data *);
  *(void **)&function = dlsym(library, "crypt_r");
  if (!function) return dlerror();
  memset(data, 0, sizeof *data);
  const char *result = function(word, "$1$salt", data);
  return result ? result : "refused";
}

static void *open_hash_close(void *result) {
  struct crypt_data *data = malloc(sizeof *data);
  uintptr_t right = 0;
  for (int i = 0; i < ROUNDS; i++) {
    void *library = dlopen("libcrypt.so.1", RTLD_NOW);
    if (!library) break;
    right += !strcmp(hash(library, "word", data), result);
    dlclose(library);
  }
  free(data);
  return (void *)right;
}

static int by_value(const void *a, const void *b) {
  uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
  return one < other ? -1 : one > other;
}

// Runs code of the C library and its own until told to stop.
static void *sort_on(void *unused) {
  static _Thread_local uint32_t numbers[NUMBERS];
  uint32_t seed = 1;
  uintptr_t wrong = 0;
  while (!stop) {
    for (int i = 0; i < NUMBERS; i++) numbers[i] = seed = seed * 1103515245 + 12345;
    qsort(numbers, NUMBERS, sizeof *numbers, by_value);
    for (int i = 1; i < NUMBERS; i++) wrong += numbers[i - 1] > numbers[i];
  }
  return (void *)wrong;
}

int main(void) {
  static char expected[64];
  struct crypt_data *data = malloc(sizeof *data);
  void *library = dlopen("libcrypt.so.1", RTLD_NOW);
  if (!library) {
    puts(dlerror());
    return 1;
  }
  strcpy(expected, hash(library, "word", data));
  dlclose(library);
  printf("%s, unloaded: %d\n", expected, dlopen("libcrypt.so.1", RTLD_NOLOAD | RTLD_NOW) == NULL);

  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, open_hash_close, expected);
  for (int i = 0; i < THREADS; i++) {
    void *right;
    pthread_join(threads[i], &right);
    printf("thread %d: %d right\n", i, (int)(uintptr_t)right);
  }
  printf("unloaded: %d\n", dlopen("libcrypt.so.1", RTLD_NOLOAD | RTLD_NOW) == NULL);

  // Other libraries take the place, so that the next time it mostly is another.
  static const char *const others[] = {"libresolv.so.2", "libutil.so.1", "libanl.so.1"};
  int right = 0;
  void *other = NULL;
  pthread_create(&threads[0], NULL, sort_on, NULL);
  pthread_create(&threads[1], NULL, sort_on, NULL);
  for (int i = 0; i < ROUNDS; i++) {
    void *next = dlopen(others[i % 3], RTLD_NOW);
    library = dlopen("libcrypt.so.1", RTLD_NOW);
    right += !strcmp(hash(library, "word", data), expected);
    dlclose(library);
    if (other) dlclose(other);
    other = next;
  }
  stop = 1;
  for (int i = 0; i < 2; i++) {
    void *wrong;
    pthread_join(threads[i], &wrong);
    printf("sorter %d: %d wrong\n", i, (int)(uintptr_t)wrong);
  }
  printf("beside sorters: %d right\n", right);
  return 0;
}
