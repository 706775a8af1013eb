// Runs a kernel's blocks and threads. Stands after the kernels' text. Threads take turns in an order of chance, from a seed,
// so that what depends on the order shows as a difference between two seeds.
#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <vector>

namespace emulation {
Place here;

enum Fault { NONE = 0, DEADLOCK = 1, DIVERGED = 2, LANE_MISSING = 3, GUARD_BROKEN = 4 };
enum State { READY, AT_BLOCK, AT_WARP, GONE };

// Begun once with a stack of its own; from then on a jump, which unlike swapcontext asks nothing of the system.
struct Fiber {
  ucontext_t context;
  jmp_buf point;
  bool begun;
  uint3 thread;
  State state;
};

// Lanes that have met write one half while slow ones may still read the other.
struct Warp {
  uint64_t values[2][32];
  unsigned arrived;
  int op;
  unsigned turn;
};

static const size_t STACK = 64 * 1024;
static std::vector<Fiber> fibers;
static std::vector<Warp> warps;
static char* stacks;
static size_t stack_count;
static jmp_buf scheduler;
static unsigned current;
static unsigned block_threads, alive, block_arrived, block_sum, block_result, block_turn;
static Fault fault;
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

static void fail(Fault what) {
  if (fault == NONE) fault = what;
  wait(GONE);
}

static unsigned lanes_of(unsigned warp) {
  unsigned left = block_threads - 32 * warp;
  return left < 32 ? left : 32;
}

const uint64_t* meet_warp(int op, unsigned mask, uint64_t value) {
  unsigned self = current;
  Warp& warp = warps[self / 32];
  unsigned lane = self % 32;
  unsigned lanes = lanes_of(self / 32);
  unsigned all = lanes == 32 ? 0xffffffffu : (1u << lanes) - 1u;
  if ((mask & all) != all) fail(LANE_MISSING);
  if (warp.arrived != 0 && warp.op != op) fail(DIVERGED);
  warp.op = op;
  unsigned turn = warp.turn & 1u;
  if (warp.arrived == 0) memset(warp.values[turn], 0, sizeof warp.values[turn]);
  warp.values[turn][lane] = value;
  warp.arrived |= 1u << lane;
  if (warp.arrived == all) {
    warp.arrived = 0;
    warp.turn++;
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

static void open_barrier() {
  block_result = block_sum;
  block_sum = 0;
  block_arrived = 0;
  for (unsigned t = 0; t < block_threads; t++) {
    if (fibers[t].state == AT_BLOCK) fibers[t].state = READY;
  }
}

unsigned meet_block(unsigned value) {
  unsigned self = current;
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

// Stacks for so many threads, none of them in the middle of a kernel.
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

static void prepare(unsigned threads) {
  block_threads = threads;
  warps.assign((threads + 31) / 32, Warp());
  for (unsigned t = 0; t < threads; t++) fibers[t].state = READY;
  alive = threads;
  block_arrived = block_sum = block_result = 0;
}

static void run_block(unsigned threads) {
  prepare(threads);
  bool moved = true;
  while (moved && fault == NONE) {
    moved = false;
    unsigned start = next_chance() % threads;
    bool backwards = next_chance() & 1u;
    for (unsigned k = 0; k < threads && fault == NONE; k++) {
      unsigned t = backwards ? (start + threads - k) % threads : (start + k) % threads;
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

// Runs the kernel; 0, or what went wrong.
extern_c int emulation_launch(void (*function)(Frame, Pass), unsigned grid, unsigned block, const Frame* f, const Pass* p,
                              uint64_t seed) {
  using namespace emulation;
  kernel = function;
  frame = f;
  step = p;
  fault = NONE;
  chance = seed;
  here.block_size = {block, 1, 1};
  here.grid_size = {grid, 1, 1};
  if (stack_count < block) make_fibers(block);
  unsigned first = next_chance() % grid;
  for (unsigned k = 0; k < grid && fault == NONE; k++) {
    here.block = {(first + k) % grid, 0, 0};
    run_block(block);
  }
  // Fibers that are stuck in a kernel cannot be used again.
  if (fault != NONE) stack_count = 0;
  return fault;
}

extern_c size_t emulation_frame_bytes() { return sizeof(Frame); }
extern_c size_t emulation_view_bytes() { return sizeof(View); }

// Memory between two guards, full of a pattern that is no number, so that what is read before it is written shows.
static const size_t GUARD = 4096;

extern_c void* emulation_allocate(size_t bytes) {
  char* memory = (char*)malloc(bytes + 2 * GUARD);
  if (memory == nullptr) return nullptr;
  memset(memory, 0xa5, GUARD);
  memset(memory + GUARD, 0xff, bytes);
  memset(memory + GUARD + bytes, 0xa5, GUARD);
  return memory + GUARD;
}

extern_c int emulation_free(void* address, size_t bytes) {
  unsigned char* memory = (unsigned char*)address - GUARD;
  int broken = 0;
  for (size_t k = 0; k < GUARD; k++) {
    broken |= memory[k] != 0xa5 || memory[GUARD + bytes + k] != 0xa5;
  }
  free(memory);
  return broken ? emulation::GUARD_BROKEN : emulation::NONE;
}
