// Streams and events: calls return immediately, one thread executes the work of all streams, in order within a stream
// and in random order between streams, as far as events allow it.
struct Event;
struct Stream;
struct Module;

struct Context {
  const Device* device;
  int sticky = 0;
  std::map<CUdeviceptr, size_t> memory;
  std::map<char*, size_t> pinned;
  std::set<Stream*> streams;
  std::map<Event*, std::shared_ptr<Event>> events;
  std::set<Module*> modules;
};

struct Event {
  uint64_t asked = 0, done = 0;
  double at_millis = 0;
};

struct Work {
  std::function<CUresult()> run;
  std::shared_ptr<Event> event;
  uint64_t turn = 0;
  bool waits = false;
};

struct Stream {
  Context* context;
  std::deque<Work> queue;
  bool running = false, hung = false, destroyed = false;
};

namespace engine {
static std::mutex& lock = *new std::mutex;
static std::condition_variable& changed = *new std::condition_variable;
static std::vector<Stream*>& streams = *new std::vector<Stream*>;
static bool idle;
static uint64_t chance = 1;

static double millis() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

static bool ready(const Stream* stream) {
  if (stream->running || stream->hung || stream->queue.empty()) return false;
  const Work& head = stream->queue.front();
  return !head.waits || head.event->done >= head.turn || stream->context->sticky != 0;
}

// A stream whose head may run, searched from a random one; null for none.
static Stream* choose() {
  chance = chance * 6364136223846793005ull + 1442695040888963407ull;
  size_t start = streams.empty() ? 0 : (size_t)(chance >> 33) % streams.size();
  for (size_t k = 0; k < streams.size(); k++) {
    Stream* stream = streams[(start + k) % streams.size()];
    if (ready(stream)) return stream;
  }
  return nullptr;
}

static void forget(Stream* stream) {
  for (size_t k = 0; k < streams.size(); k++) {
    if (streams[k] == stream) streams.erase(streams.begin() + (long)k);
  }
  delete stream;
}

// Executes the next work item of any stream; false if there is none. Releases the lock while it executes.
static bool step(std::unique_lock<std::mutex>& held) {
  Stream* stream = choose();
  if (stream == nullptr) return false;
  Work head = std::move(stream->queue.front());
  stream->queue.pop_front();
  if (head.run && stream->context->sticky == 0) {
    stream->running = true;
    held.unlock();
    CUresult result = head.run();
    held.lock();
    stream->running = false;
    if (result != SUCCESS) stream->context->sticky = result;
  }
  if (head.event && !head.waits && stream->context->sticky == 0) {
    head.event->done = head.turn;
    head.event->at_millis = millis();
  }
  if (stream->destroyed && stream->queue.empty()) forget(stream);
  changed.notify_all();
  return true;
}

static void work() {
  std::unique_lock<std::mutex> held(lock);
  int looks = 0;
  for (;;) {
    if (control::get(AT_ONCE) == 0 && step(held)) {
      looks = 0;
    } else if (looks++ < 50) {
      // More work usually follows soon: polling is cheaper than being woken.
      held.unlock();
      std::this_thread::yield();
      held.lock();
    } else {
      looks = 0;
      idle = true;
      changed.wait(held);
      idle = false;
    }
  }
}

static void start() {
  std::thread(work).detach();
}

static void enqueue(std::unique_lock<std::mutex>& held, Stream* stream, Work work) {
  stream->queue.push_back(std::move(work));
  if (control::get(AT_ONCE) != 0) {
    while (step(held)) {
    }
  } else if (idle) {
    changed.notify_all();
  }
}

// Waits as the driver does before it frees memory that kernels may still use: forever, if one hangs.
static void settle(std::unique_lock<std::mutex>& held, Context* context) {
  changed.wait(held, [context] {
    for (Stream* stream : streams) {
      if (stream->context == context && (stream->running || stream->hung || !stream->queue.empty())) return false;
    }
    return true;
  });
}
}  // namespace engine
