// Runs a kernel's blocks and threads; a separate file without access to the kernels. Threads are scheduled in a random,
// seeded order, so that results that depend on the order differ between two seeds.
#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <vector>

// The linker names the ends of the section, which is missing if no kernel uses shared memory.
extern_c char __start_emulated_shared[] __attribute__((weak));
extern_c char __stop_emulated_shared[] __attribute__((weak));

namespace emulation {
Place here;

enum Fault {
  NONE = 0,
  DEADLOCK = 1,
  DIVERGED = 2,
  LANE_MISSING = 3,
  GUARD_BROKEN = 4,
  OUT_OF_BOUNDS = 5,
  UNINITIALISED = 6,
  RACE = 7,
  UNDEFINED = 8
};
enum State { READY, AT_BLOCK, AT_WARP, GONE };

// Started once with its own stack; later switches are jumps, which unlike swapcontext need no system call.
struct Fiber {
  ucontext_t context;
  jmp_buf point;
  bool begun;
  uint3 thread;
  State state;
};

// Lanes that have passed write one half while slow ones may still read the other.
struct Warp {
  uint64_t values[2][32];
  unsigned arrived;
  int place;
  unsigned turn;
  unsigned syncs;
};

static const size_t STACK = 64 * 1024;
static std::vector<Fiber> fibers;
static std::vector<Warp> warps;
static char* stacks;
static size_t stack_count;
static jmp_buf scheduler;
static unsigned current;
static unsigned block_threads, alive, block_arrived, block_sum, block_result, barriers;
static int block_place;
static Fault fault;
static const void* fault_address;
static uint3 fault_thread, fault_block;
static void (*kernel)(Frame, Pass);
static const Frame* frame;
static const Pass* step;
static uint64_t chance;

static unsigned next_chance() {
  chance = chance * 6364136223846793005ull + 1442695040888963407ull;
  return (unsigned)(chance >> 33);
}

static void wait(State why) {
  fibers[current].state = why;
  if (_setjmp(fibers[current].point) == 0) _longjmp(scheduler, 1);
}

static void fail(Fault what, const void* address) {
  if (fault == NONE) {
    fault = what;
    fault_address = address;
    fault_thread = here.thread;
    fault_block = here.block;
  }
  wait(GONE);
}

static unsigned lanes_of(unsigned warp) {
  unsigned left = block_threads - 32 * warp;
  return left < 32 ? left : 32;
}

// Waits until all lanes of the warp have arrived; returns the value of every lane.
static const uint64_t* meet(int place, unsigned mask, uint64_t value, bool orders_memory) {
  unsigned self = current;
  Warp& warp = warps[self / 32];
  unsigned lane = self % 32;
  unsigned lanes = lanes_of(self / 32);
  unsigned all = lanes == 32 ? 0xffffffffu : (1u << lanes) - 1u;
  if ((mask & all) != all) fail(LANE_MISSING, nullptr);
  if (warp.arrived != 0 && warp.place != place) fail(DIVERGED, nullptr);
  warp.place = place;
  unsigned turn = warp.turn & 1u;
  if (warp.arrived == 0) memset(warp.values[turn], 0, sizeof warp.values[turn]);
  warp.values[turn][lane] = value;
  warp.arrived |= 1u << lane;
  if (warp.arrived == all) {
    warp.arrived = 0;
    warp.turn++;
    warp.syncs += orders_memory ? 1 : 0;
    for (unsigned k = 0; k < lanes; k++) {
      Fiber& other = fibers[self / 32 * 32 + k];
      if (other.state == AT_WARP) other.state = READY;
    }
  } else {
    wait(AT_WARP);
  }
  here.thread = fibers[self].thread;
  return warp.values[turn];
}

void meet_warp(int place) { meet(place, 0xffffffffu, 0, true); }

unsigned ballot(int place, unsigned mask, int p) {
  const uint64_t* all = meet(place, mask, p != 0, false);
  unsigned bits = 0u;
  for (int lane = 0; lane < 32; lane++) bits |= (unsigned)all[lane] << lane;
  return bits;
}

unsigned match(int place, unsigned mask, unsigned value) {
  const uint64_t* all = meet(place, mask, value, false);
  unsigned bits = 0u;
  for (unsigned lane = 0; lane < lanes_of(current / 32); lane++) bits |= (all[lane] == value ? 1u : 0u) << lane;
  return bits;
}

uint64_t shuffle(int place, unsigned mask, uint64_t value, int from) { return meet(place, mask, value, false)[from & 31]; }

uint64_t shuffle_up(int place, unsigned mask, uint64_t value, unsigned step) {
  const uint64_t* all = meet(place, mask, value, false);
  unsigned lane = here.thread.x & 31u;
  return all[lane >= step ? lane - step : lane];
}

static void open_barrier() {
  block_result = block_sum;
  block_sum = 0;
  block_arrived = 0;
  barriers++;
  for (unsigned t = 0; t < block_threads; t++) {
    if (fibers[t].state == AT_BLOCK) fibers[t].state = READY;
  }
}

// Waits until all threads of the block have arrived; returns the sum of their values.
unsigned meet_block(int place, unsigned value) {
  unsigned self = current;
  if (block_arrived != 0 && block_place != place) fail(DIVERGED, nullptr);
  block_place = place;
  block_sum += value;
  if (++block_arrived == alive) {
    open_barrier();
  } else {
    wait(AT_BLOCK);
  }
  here.thread = fibers[self].thread;
  return block_result;
}

static void run_thread() {
  for (;;) {
    kernel(*frame, *step);
    alive--;
    if (alive > 0 && block_arrived == alive) open_barrier();
    // The same fiber is a thread of the next block.
    wait(GONE);
  }
}

static void resume(unsigned thread) {
  current = thread;
  here.thread = fibers[thread].thread;
  if (_setjmp(scheduler) == 0) {
    if (fibers[thread].begun) _longjmp(fibers[thread].point, 1);
    fibers[thread].begun = true;
    setcontext(&fibers[thread].context);
  }
}

// Stacks for count threads, none of them in the middle of a kernel.
static void make_fibers(unsigned threads) {
  if (stacks != nullptr) munmap(stacks, fibers.size() * STACK);
  stacks = (char*)mmap(nullptr, threads * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  stack_count = threads;
  fibers.assign(threads, Fiber());
  for (unsigned t = 0; t < threads; t++) {
    Fiber& fiber = fibers[t];
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = stacks + t * STACK;
    fiber.context.uc_stack.ss_size = STACK;
    fiber.context.uc_link = nullptr;
    fiber.thread = {t, 0, 0};
    makecontext(&fiber.context, run_thread, 0);
  }
}

static void forget_shared();

static void prepare(unsigned threads) {
  block_threads = threads;
  warps.assign((threads + 31) / 32, Warp());
  for (unsigned t = 0; t < threads; t++) fibers[t].state = READY;
  alive = threads;
  block_arrived = block_sum = block_result = barriers = 0;
  memset(__start_emulated_shared, (int)next_chance(), __stop_emulated_shared - __start_emulated_shared);
  forget_shared();
}

static void run_block(unsigned threads) {
  prepare(threads);
  bool moved = true;
  while (moved && fault == NONE) {
    moved = false;
    // The number of threads is a power of two: any odd stride visits each once.
    unsigned t = next_chance() % threads;
    unsigned stride = next_chance() | 1u;
    for (unsigned k = 0; k < threads && fault == NONE; k++, t = (t + stride) & (threads - 1)) {
      if (fibers[t].state == READY) {
        moved = true;
        resume(t);
      }
    }
  }
  for (unsigned t = 0; t < threads; t++) {
    if (fibers[t].state != GONE && fault == NONE) fault = DEADLOCK;
  }
}
}  // namespace emulation

#ifdef EMULATION_CHECKED
#include "checks.h"
#else
namespace emulation {
static void forget_shared() {}
static void begin_checks() {}
unsigned add(unsigned* address, unsigned value) {
  unsigned before = *address;
  *address = before + value;
  return before;
}
}  // namespace emulation
static void note_allocated(void*, size_t) {}
static void note_freed(void*) {}
extern_c void emulation_written(void*, size_t) {}
extern_c size_t emulation_unwritten(void*, size_t) { return 0; }
#endif

// Runs the kernel; returns 0 or an error code. The number of threads per block must be a power of two.
extern_c int emulation_launch(void (*function)(Frame, Pass), unsigned grid, unsigned block, const Frame* f, const Pass* p,
                              uint64_t seed) {
  using namespace emulation;
  kernel = function;
  frame = f;
  step = p;
  fault = NONE;
  fault_address = nullptr;
  chance = seed;
  here.block_size = {block, 1, 1};
  here.grid_size = {grid, 1, 1};
  if (stack_count < block) make_fibers(block);
  begin_checks();
  unsigned first = next_chance() % grid;
  bool backwards = next_chance() & 1u;
  for (unsigned k = 0; k < grid && fault == NONE; k++) {
    here.block = {backwards ? (first + grid - k) % grid : (first + k) % grid, 0, 0};
    run_block(block);
  }
  // Fibers that are stuck in a kernel cannot be reused.
  if (fault != NONE) stack_count = 0;
  return fault;
}

// Location of the last launch's fault: thread, block, address.
extern_c void emulation_fault_place(uint64_t* out) {
  using namespace emulation;
  out[0] = fault_thread.x;
  out[1] = fault_block.x;
  out[2] = (uint64_t)fault_address;
}

extern_c size_t emulation_frame_bytes() { return sizeof(Frame); }
extern_c size_t emulation_view_bytes() { return sizeof(View); }

// Memory between two guards, filled with a pattern that reveals reads of unwritten memory.
static const size_t GUARD = 4096;

extern_c void* emulation_allocate(size_t bytes, int pattern) {
  char* memory = (char*)aligned_alloc(GUARD, (bytes + 3 * GUARD - 1) / GUARD * GUARD);
  if (memory == nullptr) return nullptr;
  memset(memory, 0xa5, GUARD);
  memset(memory + GUARD, pattern, bytes);
  memset(memory + GUARD + bytes, 0xa5, GUARD);
  note_allocated(memory + GUARD, bytes);
  return memory + GUARD;
}

extern_c int emulation_free(void* address, size_t bytes) {
  unsigned char* memory = (unsigned char*)address - GUARD;
  int broken = 0;
  for (size_t k = 0; k < GUARD; k++) {
    broken |= memory[k] != 0xa5 || memory[GUARD + bytes + k] != 0xa5;
  }
  note_freed(address);
  free(memory);
  return broken ? emulation::GUARD_BROKEN : emulation::NONE;
}
