/* Preloaded library: moves the wall clock of a process by the seconds in a file (a native double), which may change at any time. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile double *offset;

__attribute__((constructor)) static void map(void) {
  const char *file = getenv("CLOCK_OFFSET_FILE");
  int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
  if (fd >= 0) {
    void *memory = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, fd, 0);
    if (memory != MAP_FAILED) offset = memory;
    close(fd);
  }
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = (int) syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && clock == CLOCK_REALTIME && offset) time->tv_sec += (time_t) *offset;
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void) zone;
  int result = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}
