// A fake libcuda.so.1: the driver's functions over emulated kernels on this processor, so that everything between the
// renderer and the driver interface runs without a GPU. Contains no NVIDIA code. The numbers of the control words are
// defined before this text by the Java side of the test.
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#define api extern "C" __attribute__((visibility("default")))

typedef int CUresult;
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;

enum Result {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  NO_BINARY_FOR_GPU = 209,
  UNSUPPORTED_PTX_VERSION = 222,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  CONTEXT_IS_DESTROYED = 709,
  LAUNCH_FAILED = 719,
};

// A file that the test maps, too: requested faults, and counts of resources held.
namespace control {
static int64_t* words;

static void open_file() {
  const char* path = getenv("CUDA_STAND_IN_CONTROL");
  int file = path == nullptr ? -1 : open(path, O_RDWR);
  int flags = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
  words = (int64_t*)mmap(nullptr, 8 * WORDS, PROT_READ | PROT_WRITE, flags, file, 0);
  if (file >= 0) close(file);
}

static int64_t get(int word) { return __atomic_load_n(&words[word], __ATOMIC_SEQ_CST); }
static void add(int word, int64_t value) { __atomic_add_fetch(&words[word], value, __ATOMIC_SEQ_CST); }

// Decrements a countdown; returns whether this is the selected call.
static bool due(int word) {
  int64_t left = get(word);
  while (left > 0) {
    if (__atomic_compare_exchange_n(&words[word], &left, left - 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
      return left == 1;
    }
  }
  return false;
}
}  // namespace control

// Reports an invalid call, which the real driver may tolerate.
static CUresult misuse(CUresult code, const char* what) {
  control::add(MISUSES, 1);
  fprintf(stderr, "fake CUDA driver: %s (%d)\n", what, code);
  return code;
}
