// The devices selected by CUDA_VISIBLE_DEVICES: numbers, or UUID prefixes; the first invalid entry ends the list, a
// duplicate empties it.
struct Device {
  int number;
  int major, minor;
  const char* pci;
  unsigned char uuid[16];
};

static const char* const DEVICE_NAME = "fake CUDA driver (CPU emulation)";
static const size_t DEVICE_BYTES = (size_t)2 << 30;

static const Device MACHINE[] = {
    {0, 8, 9, "0000:01:00.0", {0x57, 0xa0, 0xd1, 0x00, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 0x01}},
    {1, 8, 6, "0000:41:00.0", {0x57, 0xa0, 0xd1, 0x01, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 0x02}},
    // Below the renderer's minimum compute capability.
    {2, 6, 1, "0000:C1:00.0", {0x91, 0xa0, 0xd1, 0x02, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 0x03}},
};
static const int MACHINE_DEVICES = 3;

static std::vector<const Device*> visible;

static std::string uuid_text(const Device& device) {
  std::string text = "gpu-";
  for (int i = 0; i < 16; i++) {
    char hex[4];
    snprintf(hex, sizeof hex, "%02x", device.uuid[i]);
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += hex;
  }
  return text;
}

static const Device* by_uuid(std::string entry) {
  for (char& c : entry) c = (char)tolower(c);
  const Device* found = nullptr;
  for (const Device& device : MACHINE) {
    if (uuid_text(device).compare(0, entry.size(), entry) == 0) {
      if (found != nullptr) return nullptr;
      found = &device;
    }
  }
  return found;
}

static const Device* by_number(const std::string& entry) {
  char* end;
  long number = strtol(entry.c_str(), &end, 10);
  return end == entry.c_str() || number < 0 || number >= MACHINE_DEVICES ? nullptr : &MACHINE[number];
}

static void list_visible() {
  visible.clear();
  const char* wanted = getenv("CUDA_VISIBLE_DEVICES");
  if (wanted == nullptr) {
    for (const Device& device : MACHINE) visible.push_back(&device);
    return;
  }
  std::string rest = std::string(wanted) + ",";
  bool uuids = strncasecmp(wanted, "GPU-", 4) == 0;
  for (size_t comma = rest.find(','); comma != std::string::npos; comma = rest.find(',')) {
    std::string entry = rest.substr(0, comma);
    entry.erase(0, entry.find_first_not_of(' ') == std::string::npos ? entry.size() : entry.find_first_not_of(' '));
    rest.erase(0, comma + 1);
    const Device* device = uuids ? (strncasecmp(entry.c_str(), "GPU-", 4) == 0 ? by_uuid(entry) : nullptr) : by_number(entry);
    if (device == nullptr) return;
    for (const Device* other : visible) {
      if (other == device) {
        visible.clear();
        return;
      }
    }
    visible.push_back(device);
  }
}
