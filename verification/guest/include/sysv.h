// System V IPC, for the programs about it.

#ifndef SYSV_H
#define SYSV_H

#include "outcome.h"

enum {
  IPC_CREAT = 01000, IPC_EXCL = 02000, IPC_NOWAIT = 04000,
  IPC_RMID = 0, IPC_SET = 1, IPC_STAT = 2, IPC_INFO = 3,
};

struct ipc_perm {
  int key;
  unsigned uid, gid, cuid, cgid, mode;
  unsigned short seq, pad;
  unsigned long unused[2];
};

static inline void become(int user) {
  need(syscall2(NR_setgroups, 0, 0), "setgroups");
  need(syscall3(NR_setresgid, user, user, user), "setresgid");
  need(syscall3(NR_setresuid, user, user, user), "setresuid");
}

static inline void ignore_signal(int signal, struct siginfo *info, struct ucontext *context) {}

#endif
