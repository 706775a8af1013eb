// Memory of the device and pinned memory of the host. Both are filled with a NaN pattern, and device memory lies
// between guards, so that reads of unwritten memory and writes beyond the end are detected.
static const size_t GUARD = 4096;

static char* guarded(size_t bytes) {
  char* memory = (char*)malloc(bytes + 2 * GUARD);
  if (memory == nullptr) return nullptr;
  memset(memory, 0xa5, GUARD);
  memset(memory + GUARD, 0xff, bytes);
  memset(memory + GUARD + bytes, 0xa5, GUARD);
  return memory + GUARD;
}

static bool unguard(char* start, size_t bytes) {
  bool whole = true;
  for (size_t k = 0; k < GUARD; k++) {
    whole &= (unsigned char)start[k - GUARD] == 0xa5 && (unsigned char)start[bytes + k] == 0xa5;
  }
  free(start - GUARD);
  return whole;
}

static size_t used_bytes(const Device* device) {
  size_t used = (size_t)control::get(OTHERS_BYTES);
  for (const Context* context : contexts) {
    if (context->device != device) continue;
    for (const auto& piece : context->memory) used += piece.second;
  }
  return used;
}

api CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  size_t used = used_bytes(context->device);
  *total = DEVICE_BYTES;
  *free = used > DEVICE_BYTES ? 0 : DEVICE_BYTES - used;
  return SUCCESS;
}

api CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  if (bytes == 0) return misuse(INVALID_VALUE, "zero bytes of memory");
  if (control::due(ALLOCATION_FAULT) || used_bytes(context->device) + bytes > DEVICE_BYTES) return OUT_OF_MEMORY;
  char* memory = guarded(bytes);
  if (memory == nullptr) return OUT_OF_MEMORY;
  *address = (CUdeviceptr)memory;
  context->memory[*address] = bytes;
  control::add(ALLOCATIONS, 1);
  control::add(ALLOCATED_BYTES, (int64_t)bytes);
  return SUCCESS;
}

static CUresult give_back(CUdeviceptr address, size_t bytes) {
  control::add(ALLOCATIONS, -1);
  control::add(ALLOCATED_BYTES, -(int64_t)bytes);
  if (unguard((char*)address, bytes)) return SUCCESS;
  return misuse(ILLEGAL_ADDRESS, "a kernel wrote beyond its memory");
}

api CUresult cuMemFree_v2(CUdeviceptr address) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  auto found = context->memory.find(address);
  if (found == context->memory.end()) return misuse(INVALID_VALUE, "freed memory that was not allocated");
  size_t bytes = found->second;
  engine::settle(held, context);
  context->memory.erase(address);
  return give_back(address, bytes);
}

api CUresult cuMemHostAlloc(void** pointer, size_t bytes, unsigned) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  if (bytes == 0) return misuse(INVALID_VALUE, "zero bytes of pinned memory");
  if (control::due(PIN_FAULT)) return OUT_OF_MEMORY;
  if (posix_memalign(pointer, 4096, bytes) != 0) return OUT_OF_MEMORY;
  memset(*pointer, 0xff, bytes);
  context->pinned[(char*)*pointer] = bytes;
  control::add(PINNED, 1);
  control::add(PINNED_BYTES, (int64_t)bytes);
  return SUCCESS;
}

static void unpin(char* pointer, size_t bytes) {
  control::add(PINNED, -1);
  control::add(PINNED_BYTES, -(int64_t)bytes);
  free(pointer);
}

api CUresult cuMemFreeHost(void* pointer) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  auto found = context->pinned.find((char*)pointer);
  if (found == context->pinned.end()) return misuse(INVALID_VALUE, "freed memory that was not pinned");
  size_t bytes = found->second;
  engine::settle(held, context);
  context->pinned.erase((char*)pointer);
  unpin((char*)pointer, bytes);
  return SUCCESS;
}

// Whether a range lies within one piece.
template <class Address>
static bool inside(const std::map<Address, size_t>& pieces, Address start, size_t bytes) {
  auto next = pieces.upper_bound(start);
  if (next == pieces.begin()) return false;
  --next;
  return start + bytes <= next->first + next->second;
}

static CUresult copy(void* to, const void* from, char* host, CUdeviceptr device, size_t bytes, Stream* stream) {
  Lock held(engine::lock);
  Context* context;
  CUresult problem = current(&context);
  if (problem != SUCCESS) return problem;
  if (context->streams.count(stream) == 0) return misuse(INVALID_HANDLE, "a copy in a stream of another context");
  if (!inside(context->memory, device, bytes)) return misuse(INVALID_VALUE, "a copy beyond memory of the device");
  if (!inside(context->pinned, host, bytes)) return misuse(INVALID_VALUE, "a copy of memory that is not pinned");
  Work work;
  work.run = [to, from, bytes] {
    memcpy(to, from, bytes);
    control::add(COPIES, 1);
    return SUCCESS;
  };
  engine::enqueue(held, stream, std::move(work));
  return SUCCESS;
}

api CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, Stream* stream) {
  return copy((void*)to, from, (char*)from, to, bytes, stream);
}

api CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, Stream* stream) {
  return copy(to, (const void*)from, (char*)to, from, bytes, stream);
}
