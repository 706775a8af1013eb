// Initialisation, devices and contexts: the current context of each thread, and its error state.
typedef std::unique_lock<std::mutex> Lock;

static bool initialised;
static std::set<Context*>& contexts = *new std::set<Context*>;
static thread_local std::vector<Context*> current_of_thread;

// Precondition of every call: the driver is initialised.
static CUresult entry() {
  if (!initialised) return NOT_INITIALIZED;
  return (CUresult)control::get(DEVICE_LOST);
}

static CUresult current(Context** context) {
  CUresult problem = entry();
  if (problem != SUCCESS) return problem;
  if (current_of_thread.empty() || current_of_thread.back() == nullptr) {
    return misuse(INVALID_CONTEXT, "a call without a context");
  }
  *context = current_of_thread.back();
  if (contexts.count(*context) == 0) return misuse(CONTEXT_IS_DESTROYED, "a call in a destroyed context");
  return (*context)->sticky;
}

api CUresult cuInit(unsigned) {
  static std::once_flag once;
  std::call_once(once, [] {
    control::open_file();
    list_visible();
    // Large pieces are returned to the system when freed, as by a real driver, so that leaks are visible in the
    // process's memory.
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    engine::start();
  });
  CUresult fault = (CUresult)control::get(INIT_RESULT);
  if (fault != SUCCESS) return fault;
  if (visible.empty()) return NO_DEVICE;
  initialised = true;
  return SUCCESS;
}

api CUresult cuDriverGetVersion(int* version) {
  int64_t chosen = control::words == nullptr ? 0 : control::get(DRIVER_VERSION);
  *version = chosen != 0 ? (int)chosen : 12060;
  return SUCCESS;
}

api CUresult cuDeviceGetCount(int* count) {
  *count = (int)visible.size();
  return entry();
}

api CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  if (ordinal < 0 || ordinal >= (int)visible.size()) return initialised ? INVALID_DEVICE : NOT_INITIALIZED;
  *device = ordinal;
  return entry();
}

static const Device* device_of(CUdevice device) {
  return device < 0 || device >= (int)visible.size() ? nullptr : visible[(size_t)device];
}

api CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
  if (device_of(device) == nullptr) return INVALID_DEVICE;
  snprintf(name, (size_t)length, "%s", DEVICE_NAME);
  return entry();
}

api CUresult cuDeviceGetUuid(void* uuid, CUdevice device) {
  const Device* found = device_of(device);
  if (found == nullptr) return INVALID_DEVICE;
  memcpy(uuid, found->uuid, 16);
  return entry();
}

api CUresult cuDeviceGetUuid_v2(void* uuid, CUdevice device) { return cuDeviceGetUuid(uuid, device); }

api CUresult cuDeviceGetPCIBusId(char* id, int length, CUdevice device) {
  const Device* found = device_of(device);
  if (found == nullptr) return INVALID_DEVICE;
  if (length <= (int)strlen(found->pci)) return INVALID_VALUE;
  strcpy(id, found->pci);
  return entry();
}

api CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
  if (device_of(device) == nullptr) return INVALID_DEVICE;
  *bytes = DEVICE_BYTES;
  return entry();
}

api CUresult cuDeviceGetAttribute(int* value, int attribute, CUdevice device) {
  const Device* found = device_of(device);
  if (found == nullptr) return INVALID_DEVICE;
  switch (attribute) {
    case 1: *value = 1024; break;           // threads of a block
    case 10: *value = 32; break;            // threads of a warp
    case 16: *value = 1; break;             // multiprocessors
    case 75: *value = found->major; break;  // compute capability
    case 76: *value = found->minor; break;
    default: return misuse(INVALID_VALUE, "an attribute that the fake driver does not support");
  }
  return entry();
}

api CUresult cuCtxCreate_v2(Context** context, unsigned, CUdevice device) {
  CUresult problem = entry();
  if (problem != SUCCESS) return problem;
  const Device* found = device_of(device);
  if (found == nullptr) return INVALID_DEVICE;
  while (control::get(CONTEXT_WAITS) != 0) usleep(1000);
  Lock held(engine::lock);
  problem = (CUresult)control::get(CONTEXT_RESULT);
  if (problem != SUCCESS) return problem;
  *context = new Context;
  (*context)->device = found;
  contexts.insert(*context);
  current_of_thread.push_back(*context);
  control::add(CONTEXTS, 1);
  control::add(CONTEXTS_MADE, 1);
  return SUCCESS;
}

api CUresult cuCtxSetCurrent(Context* context) {
  CUresult problem = entry();
  if (problem != SUCCESS) return problem;
  Lock held(engine::lock);
  if (context != nullptr && contexts.count(context) == 0) return misuse(INVALID_CONTEXT, "a context that is destroyed");
  if (current_of_thread.empty()) {
    current_of_thread.push_back(context);
  } else {
    current_of_thread.back() = context;
  }
  return SUCCESS;
}

api CUresult cuCtxGetCurrent(Context** context) {
  *context = current_of_thread.empty() ? nullptr : current_of_thread.back();
  return entry();
}

api CUresult cuCtxSynchronize() {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  engine::settle(held, context);
  return context->sticky;
}

static void free_all(Context* context);

api CUresult cuCtxDestroy_v2(Context* context) {
  CUresult problem = entry();
  if (problem != SUCCESS) return problem;
  Lock held(engine::lock);
  if (contexts.count(context) == 0) return misuse(INVALID_CONTEXT, "a context is destroyed twice");
  engine::settle(held, context);
  free_all(context);
  contexts.erase(context);
  if (!current_of_thread.empty() && current_of_thread.back() == context) current_of_thread.pop_back();
  control::add(CONTEXTS, -1);
  delete context;
  return SUCCESS;
}
