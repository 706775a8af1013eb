// Modules, kernels, streams and events. A module is the image that the renderer passes to the driver: its declarations
// are checked against the emulated kernels, which then run instead of its code.
struct Function {
  const char* name;
  void* code;
};

struct Module {
  Context* context;
  std::string image;
  std::map<std::string, std::unique_ptr<Function>> functions;
};

namespace kernels {
static void* library;
static int (*launch)(void*, unsigned, unsigned, const void*, const void*, uint64_t);
static size_t frame_bytes;
static const size_t pass_bytes = PASS_BYTES;
static uint64_t seed;
static int64_t frames;
}  // namespace kernels

// The emulated kernels are in the directory of this library.
static bool load_kernels() {
  if (kernels::library != nullptr) return true;
  Dl_info self;
  if (dladdr((void*)load_kernels, &self) == 0) return false;
  std::string path(self.dli_fname);
  path = path.substr(0, path.rfind('/') + 1) + "kernels.so";
  kernels::library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (kernels::library == nullptr) {
    fprintf(stderr, "fake CUDA driver: %s\n", dlerror());
    return false;
  }
  kernels::launch =
      (int (*)(void*, unsigned, unsigned, const void*, const void*, uint64_t))dlsym(kernels::library, "emulation_launch");
  kernels::frame_bytes = ((size_t(*)())dlsym(kernels::library, "emulation_frame_bytes"))();
  return true;
}

static bool is_cubin(const char* image) { return memcmp(image, "\177ELF", 4) == 0; }

static size_t cubin_bytes(const char* image) {
  uint64_t sections;
  uint16_t size, count;
  memcpy(&sections, image + 40, 8);
  memcpy(&size, image + 58, 2);
  memcpy(&count, image + 60, 2);
  return sections + (size_t)size * count;
}

// Images that a driver rejects: text that is not PTX, a PTX version newer than the driver, or a newer target device.
static CUresult check_ptx(const std::string& text, const Device* device) {
  int major, minor, target;
  size_t version = text.find("\n.version ");
  size_t wanted = text.find("\n.target sm_");
  if (version == std::string::npos || wanted == std::string::npos ||
      sscanf(text.c_str() + version, "\n.version %d.%d", &major, &minor) != 2 ||
      sscanf(text.c_str() + wanted, "\n.target sm_%d", &target) != 1) {
    return INVALID_IMAGE;
  }
  // CUDA 11.8 supports PTX 7.8; 12.5 and 12.6 support 8.5.
  int cuda;
  cuDriverGetVersion(&cuda);
  int newest = cuda / 1000 * 10 - 40 + cuda % 1000 / 10 - (cuda >= 12060 && cuda < 13000 ? 1 : 0);
  if (10 * major + minor > newest) return UNSUPPORTED_PTX_VERSION;
  return target > 10 * device->major + device->minor ? NO_BINARY_FOR_GPU : SUCCESS;
}

api CUresult cuModuleLoadData(Module** module, const void* image) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  const char* text = (const char*)image;
  std::string copy = is_cubin(text) ? std::string(text, cubin_bytes(text)) : std::string(text);
  problem = is_cubin(text) ? SUCCESS : check_ptx(copy, context->device);
  if (problem != SUCCESS) return problem;
  if (!load_kernels()) return OUT_OF_MEMORY;
  *module = new Module{context, copy, {}};
  context->modules.insert(*module);
  control::add(MODULES, 1);
  return SUCCESS;
}

api CUresult cuModuleUnload(Module* module) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  if (context->modules.count(module) == 0) return misuse(INVALID_HANDLE, "a module that is not loaded here");
  engine::settle(held, context);
  context->modules.erase(module);
  control::add(MODULES, -1);
  delete module;
  return SUCCESS;
}

// Whether the module has a kernel of that name with the two structures of the emulated one as its parameters.
static CUresult check_entry(const Module* module, const char* name) {
  std::string entry = std::string(".entry ") + name + "(";
  if (is_cubin(module->image.c_str())) {
    return module->image.find(std::string(".text.") + name + '\0') == std::string::npos ? NOT_FOUND : SUCCESS;
  }
  size_t at = module->image.find(entry);
  if (at == std::string::npos) return NOT_FOUND;
  size_t frame, pass;
  const char* first = strchr(module->image.c_str() + at, '[');
  const char* second = first == nullptr ? nullptr : strchr(first + 1, '[');
  if (second == nullptr || sscanf(first, "[%zu]", &frame) != 1 || sscanf(second, "[%zu]", &pass) != 1 ||
      frame != kernels::frame_bytes || pass != kernels::pass_bytes) {
    return misuse(INVALID_IMAGE, "a kernel's parameters are not those of the emulated one");
  }
  return SUCCESS;
}

api CUresult cuModuleGetFunction(Function** function, Module* module, const char* name) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  if (context->modules.count(module) == 0) return misuse(INVALID_HANDLE, "a module that is not loaded here");
  problem = check_entry(module, name);
  void* code = dlsym(kernels::library, name);
  if (problem != SUCCESS || code == nullptr) return problem != SUCCESS ? problem : NOT_FOUND;
  std::unique_ptr<Function>& kept = module->functions[name];
  if (!kept) kept.reset(new Function{name, code});
  kept->name = module->functions.find(name)->first.c_str();
  *function = kept.get();
  return SUCCESS;
}

static bool is_function(const Context* context, const Function* function) {
  for (const Module* module : context->modules) {
    for (const auto& each : module->functions) {
      if (each.second.get() == function) return true;
    }
  }
  return false;
}

static CUresult emulate(const Function* function, unsigned grid, unsigned block, const std::vector<char>& arguments) {
  control::add(LAUNCHES, 1);
  bool begins = strcmp(function->name, "begin_frame") == 0;
  kernels::frames += begins ? 1 : 0;
  int64_t all = control::get(ONE_DRAWN_OF);
  if (all != 0 && kernels::frames % all != 0 && !begins) return SUCCESS;
  int fault = kernels::launch(function->code, grid, block, arguments.data(), arguments.data() + kernels::frame_bytes,
                              ++kernels::seed);
  if (fault == 0) return SUCCESS;
  fprintf(stderr, "fake CUDA driver: fault %d in %s\n", fault, function->name);
  return LAUNCH_FAILED;
}

api CUresult cuLaunchKernel(Function* function, unsigned grid, unsigned grid_y, unsigned grid_z, unsigned block, unsigned block_y,
                            unsigned block_z, unsigned shared, Stream* stream, void** parameters, void** extra) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  if (context->streams.count(stream) == 0) return misuse(INVALID_HANDLE, "a launch in a stream of another context");
  if (!is_function(context, function)) return misuse(INVALID_HANDLE, "a launch of a function that is not a kernel of this context");
  if (grid == 0 || grid > 0x7fffffffu || block == 0 || block > 1024 || grid_y * grid_z * block_y * block_z != 1 || shared != 0 ||
      parameters == nullptr || extra != nullptr) {
    return misuse(INVALID_VALUE, "a launch with an invalid or unexpected shape");
  }
  // As in the driver: argument values are read at the time of the call.
  std::vector<char> arguments(kernels::frame_bytes + kernels::pass_bytes);
  memcpy(arguments.data(), parameters[0], kernels::frame_bytes);
  memcpy(arguments.data() + kernels::frame_bytes, parameters[1], kernels::pass_bytes);
  CUresult fault = control::due(LAUNCH_FAULT) ? (CUresult)control::get(LAUNCH_RESULT) : SUCCESS;
  if (control::due(HANG)) stream->hung = true;
  Work work;
  work.run = [=] { return fault != SUCCESS ? fault : emulate(function, grid, block, arguments); };
  engine::enqueue(held, stream, std::move(work));
  return SUCCESS;
}

api CUresult cuStreamCreate(Stream** stream, unsigned) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  *stream = new Stream{context, {}};
  context->streams.insert(*stream);
  engine::streams.push_back(*stream);
  control::add(STREAMS, 1);
  return SUCCESS;
}

api CUresult cuStreamDestroy_v2(Stream* stream) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  if (context->streams.erase(stream) == 0) return misuse(INVALID_HANDLE, "no such stream");
  control::add(STREAMS, -1);
  stream->destroyed = true;
  if (!stream->running && stream->queue.empty()) engine::forget(stream);
  return SUCCESS;
}

api CUresult cuEventCreate(Event** event, unsigned) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  std::shared_ptr<Event> made = std::make_shared<Event>();
  *event = made.get();
  context->events[*event] = made;
  control::add(EVENTS, 1);
  return SUCCESS;
}

// The event, if it is the current context's; the lock is held.
static CUresult event_of(Event* event, std::shared_ptr<Event>* found, Context** context) {
  CUresult problem = current(context);
  if (problem != SUCCESS) return problem;
  auto kept = (*context)->events.find(event);
  if (kept == (*context)->events.end()) return misuse(INVALID_HANDLE, "no such event");
  *found = kept->second;
  return SUCCESS;
}

api CUresult cuEventDestroy_v2(Event* event) {
  Lock held(engine::lock);
  Context* context;
  std::shared_ptr<Event> found;
  CUresult problem = event_of(event, &found, &context);
  if (problem != SUCCESS) return problem;
  context->events.erase(event);
  control::add(EVENTS, -1);
  return SUCCESS;
}

static CUresult with_event(Event* event, Stream* stream, bool waits) {
  Lock held(engine::lock);
  Context* context;
  Work work;
  CUresult problem = event_of(event, &work.event, &context);
  if (problem != SUCCESS) return problem;
  if (context->streams.count(stream) == 0) return misuse(INVALID_HANDLE, "an event in a stream of another context");
  work.turn = waits ? work.event->asked : ++work.event->asked;
  work.waits = waits;
  engine::enqueue(held, stream, std::move(work));
  return SUCCESS;
}

api CUresult cuEventRecord(Event* event, Stream* stream) { return with_event(event, stream, false); }

api CUresult cuStreamWaitEvent(Stream* stream, Event* event, unsigned) { return with_event(event, stream, true); }

api CUresult cuEventQuery(Event* event) {
  Lock held(engine::lock);
  Context* context;
  std::shared_ptr<Event> found;
  CUresult problem = event_of(event, &found, &context);
  if (problem != SUCCESS) return problem;
  return found->done < found->asked ? NOT_READY : SUCCESS;
}

api CUresult cuEventElapsedTime(float* millis, Event* from, Event* to) {
  Lock held(engine::lock);
  Context* context;
  std::shared_ptr<Event> first, last;
  CUresult problem = event_of(from, &first, &context);
  if (problem == SUCCESS) problem = event_of(to, &last, &context);
  if (problem != SUCCESS) return problem;
  if (first->asked == 0 || last->asked == 0) return misuse(INVALID_HANDLE, "the time of an event that was not recorded");
  if (first->done < first->asked || last->done < last->asked) return NOT_READY;
  *millis = (float)(last->at_millis - first->at_millis);
  return SUCCESS;
}

static void free_all(Context* context) {
  for (const auto& piece : context->memory) give_back(piece.first, piece.second);
  for (const auto& piece : context->pinned) unpin(piece.first, piece.second);
  for (Stream* stream : context->streams) engine::forget(stream);
  for (Module* module : context->modules) delete module;
  control::add(STREAMS, -(int64_t)context->streams.size());
  control::add(EVENTS, -(int64_t)context->events.size());
  control::add(MODULES, -(int64_t)context->modules.size());
}

api CUresult cuGetErrorName(CUresult, const char** name) {
  *name = "CUDA_STAND_IN_ERROR";
  return SUCCESS;
}

api CUresult cuGetErrorString(CUresult, const char** text) {
  *text = "error of the fake CUDA driver (CPU emulation)";
  return SUCCESS;
}
