// Libraries loaded while a program runs. Dynamic only.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static int each(struct dl_phdr_info *info, size_t size, void *count) {
  (void)size;
  if (strstr(info->dlpi_name, "libc.so") || strstr(info->dlpi_name, "libm.so")) ++*(int *)count;
  return 0;
}

static void *in_thread(void *function) {
  double (*cosine)(double) = *(double (**)(double))function;
  printf("in a thread: %.6f\n", cosine(1));
  return NULL;
}

int main(void) {
  int count = 0;
  dl_iterate_phdr(each, &count);
  printf("libc and libm: %d\n", count);
  void *m = dlopen("libm.so.6", RTLD_LAZY);
  printf("dlopen: %d\n", m != NULL);
  if (!m) {
    puts(dlerror());
    return 1;
  }
  double (*cosine)(double);
  *(void **)&cosine = dlsym(m, "cos");
  printf("cos(0.5) = %.6f\n", cosine(0.5));
  count = 0;
  dl_iterate_phdr(each, &count);
  printf("libc and libm: %d\n", count);
  pthread_t thread;
  pthread_create(&thread, NULL, in_thread, &cosine);
  pthread_join(thread, NULL);
  printf("no such symbol: %s\n", dlsym(m, "nothing_like_it") ? "found" : strrchr(dlerror(), ':') + 2);
  printf("no such library: %s\n", dlopen("libnothing.so", RTLD_NOW) ? "found" : dlerror());
  Dl_info info;
  printf("dladdr: %d %s\n", dladdr((void *)cosine, &info) != 0, strrchr(info.dli_fname, '/') + 1);
  printf("default: %d, next: %d\n", dlsym(RTLD_DEFAULT, "printf") != NULL, dlsym(RTLD_NEXT, "malloc") != NULL);
  printf("dlclose: %d\n", dlclose(m));
  printf("already: %d\n", dlopen("libc.so.6", RTLD_NOLOAD | RTLD_NOW) != NULL);
  void *addresses[20];
  printf("backtrace: %d\n", backtrace(addresses, 20) > 0);
  return 0;
}
