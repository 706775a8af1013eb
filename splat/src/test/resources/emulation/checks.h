// Checks every load and store of the kernels, as compute-sanitizer does on a device: access within allocated memory
// (memcheck), reads of written memory only (initcheck), and no access of one word by threads that no barrier orders
// (racecheck). The kernels are compiled with -fsanitize=thread, which calls a function here at each access, and with
// some of -fsanitize=undefined. Only __syncthreads and __syncwarp order memory; the other intrinsics of a warp do not.
#include <map>

namespace emulation {
struct Access {
  uint32_t launch, thread, barriers, syncs;
};

// Readers of a word since its last write: one thread, several of a warp, of a block, or of the grid.
enum Scope : uint8_t { NOBODY, THREAD, WARP, BLOCK, GRID };

// State of four bytes of memory.
struct Word {
  Access write, read;
  Scope readers;
  uint8_t written;  // one bit per byte
  bool any_write, atomic;
};

struct Area {
  size_t bytes;
  std::vector<Word> words;
  Area(size_t size) : bytes(size), words((size + 3) / 4, Word()) {}
};

static std::map<uintptr_t, Area> areas;
static Area* shared_area;
static uint32_t launch;

static void begin_checks() { launch++; }

static void forget_shared() {
  if (shared_area == nullptr) shared_area = new Area(__stop_emulated_shared - __start_emulated_shared);
  shared_area->words.assign(shared_area->words.size(), Word());
}

// The area that contains an address, with its start; nullptr for a stack, which is private to one thread.
static Area* area_of(uintptr_t address, size_t bytes, uintptr_t* start) {
  if (address >= (uintptr_t)__start_emulated_shared && address + bytes <= (uintptr_t)__stop_emulated_shared) {
    *start = (uintptr_t)__start_emulated_shared;
    return shared_area;
  }
  auto after = areas.upper_bound(address);
  if (after != areas.begin()) {
    auto area = std::prev(after);
    if (address + bytes <= area->first + area->second.bytes) {
      *start = area->first;
      return &area->second;
    }
  }
  char* at = (char*)address;
  bool own = (at >= stacks && at < stacks + fibers.size() * STACK) || (at >= (char*)&here && at < (char*)(&here + 1));
  if (!own) fail(OUT_OF_BOUNDS, at);
  return nullptr;
}

static Access now() {
  return {launch, here.block.x * block_threads + here.thread.x, barriers, warps[current / 32].syncs};
}

static Scope relation(const Access& a, const Access& b) {
  if (a.thread == b.thread) return THREAD;
  if (a.thread / 32 == b.thread / 32 && a.thread / block_threads == b.thread / block_threads) return WARP;
  return a.thread / block_threads == b.thread / block_threads ? BLOCK : GRID;
}

// Whether an access by threads within scope of each other, last at before, is ordered before the thread at after.
static bool ordered(const Access& before, Scope scope, const Access& after) {
  if (before.launch != after.launch) return true;
  Scope reach = relation(before, after);
  if (scope > reach) reach = scope;
  return reach == THREAD || (reach <= BLOCK && before.barriers < after.barriers) ||
         (reach == WARP && before.syncs < after.syncs);
}

static void note_read(Word& word, const void* address, bool atomic) {
  Access at = now();
  if (word.any_write && !(atomic && word.atomic) && !ordered(word.write, THREAD, at)) fail(RACE, address);
  if (word.readers == NOBODY || ordered(word.read, word.readers, at)) {
    word.readers = THREAD;
  } else {
    Scope reach = relation(word.read, at);
    word.readers = reach > word.readers ? reach : word.readers;
  }
  word.read = at;
}

static void note_write(Word& word, const void* address, bool atomic) {
  Access at = now();
  bool both = atomic && word.atomic;
  if (word.any_write && !both && !ordered(word.write, THREAD, at)) fail(RACE, address);
  if (word.readers != NOBODY && !both && !ordered(word.read, word.readers, at)) fail(RACE, address);
  word.write = at;
  word.any_write = true;
  word.atomic = atomic;
}

static void check(const void* address, size_t bytes, bool write, bool atomic) {
  uintptr_t start;
  Area* area = area_of((uintptr_t)address, bytes, &start);
  if (area == nullptr) return;
  for (size_t at = (uintptr_t)address - start; at < (uintptr_t)address - start + bytes; at++) {
    Word& word = area->words[at / 4];
    uint8_t bit = (uint8_t)(1u << (at % 4));
    if (write) {
      word.written |= bit;
    } else if (!(word.written & bit)) {
      fail(UNINITIALISED, address);
    }
    bool first = at % 4 == 0 || at == (uintptr_t)address - start;
    if (first && write) note_write(word, address, atomic);
    if (first && !write) note_read(word, address, atomic);
  }
}

unsigned add(unsigned* address, unsigned value) {
  check(address, 4, false, true);
  check(address, 4, true, true);
  unsigned before = *address;
  *address = before + value;
  return before;
}
}  // namespace emulation

static void note_allocated(void* address, size_t bytes) {
  emulation::areas.emplace((uintptr_t)address, emulation::Area(bytes));
}

static void note_freed(void* address) { emulation::areas.erase((uintptr_t)address); }

// The host has written size bytes.
extern_c void emulation_written(void* address, size_t bytes) {
  uintptr_t start;
  emulation::Area* area = emulation::area_of((uintptr_t)address, bytes, &start);
  for (size_t at = (uintptr_t)address - start, k = 0; k < bytes; k++, at++) {
    area->words[at / 4].written |= (uint8_t)(1u << (at % 4));
  }
}

// Number of unwritten bytes in the range.
extern_c size_t emulation_unwritten(void* address, size_t bytes) {
  uintptr_t start;
  emulation::Area* area = emulation::area_of((uintptr_t)address, bytes, &start);
  size_t unwritten = 0;
  for (size_t at = (uintptr_t)address - start, k = 0; k < bytes; k++, at++) {
    unwritten += area->words[at / 4].written >> (at % 4) & 1 ? 0 : 1;
  }
  return unwritten;
}

// Callbacks of -fsanitize=thread.
#define CHECKED(bytes)                                                                                                  \
  extern_c void __tsan_read##bytes(void* address) { emulation::check(address, bytes, false, false); }                   \
  extern_c void __tsan_write##bytes(void* address) { emulation::check(address, bytes, true, false); }                   \
  extern_c void __tsan_unaligned_read##bytes(void* address) { emulation::check(address, bytes, false, false); }         \
  extern_c void __tsan_unaligned_write##bytes(void* address) { emulation::check(address, bytes, true, false); }
CHECKED(1)
CHECKED(2)
CHECKED(4)
CHECKED(8)
CHECKED(16)
extern_c void __tsan_read_range(void* address, unsigned long bytes) { emulation::check(address, bytes, false, false); }
extern_c void __tsan_write_range(void* address, unsigned long bytes) { emulation::check(address, bytes, true, false); }
extern_c void __tsan_func_entry(void*) {}
extern_c void __tsan_func_exit() {}
extern_c void __tsan_init() {}

// Callbacks of the parts of -fsanitize=undefined that the kernels are compiled with.
#define UNDEFINED_BY(name) \
  extern_c void __ubsan_handle_##name() { emulation::fail(emulation::UNDEFINED, nullptr); }
UNDEFINED_BY(type_mismatch_v1)
UNDEFINED_BY(out_of_bounds)
UNDEFINED_BY(shift_out_of_bounds)
UNDEFINED_BY(add_overflow)
UNDEFINED_BY(sub_overflow)
UNDEFINED_BY(mul_overflow)
UNDEFINED_BY(negate_overflow)
UNDEFINED_BY(divrem_overflow)
UNDEFINED_BY(float_cast_overflow)
