// NVRTC's functions without a compiler: the image is the options and the source, so that a test sees the request.
// VERSION is defined on the compiler's command line.
#include <stdlib.h>
#include <string.h>

struct program {
  char* source;
  char result[1 << 20];
};

int nvrtcVersion(int* major, int* minor) {
  *major = VERSION / 10;
  *minor = VERSION % 10;
  return 0;
}

const char* nvrtcGetErrorString(int result) { return result == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR"; }

int nvrtcCreateProgram(struct program** made, const char* source, const char* name, int headers, const char** texts,
                       const char** names) {
  *made = calloc(1, sizeof(struct program));
  (*made)->source = strdup(source);
  return 0;
}

int nvrtcCompileProgram(struct program* program, int count, const char** options) {
  for (int k = 0; k < count; k++) {
    // A device newer than this compiler.
    if (strstr(options[k], "sm_999")) return 5;
    strcat(strcat(program->result, options[k]), " ");
  }
  if (strstr(program->source, "nonsense")) {
    strcpy(program->result, "kernels.cu(1): error: nonsense");
    return 6;
  }
  return 0;
}

int nvrtcGetProgramLogSize(struct program* program, size_t* bytes) {
  *bytes = strlen(program->result) + 1;
  return 0;
}

int nvrtcGetProgramLog(struct program* program, char* log) {
  strcpy(log, program->result);
  return 0;
}

int nvrtcGetCUBINSize(struct program* program, size_t* bytes) {
  *bytes = strlen(program->result);
  return 0;
}

int nvrtcGetCUBIN(struct program* program, char* image) {
  memcpy(image, program->result, strlen(program->result));
  return 0;
}

int nvrtcGetPTXSize(struct program* program, size_t* bytes) { return nvrtcGetCUBINSize(program, bytes); }
int nvrtcGetPTX(struct program* program, char* image) { return nvrtcGetCUBIN(program, image); }

int nvrtcDestroyProgram(struct program** program) {
  free((*program)->source);
  free(*program);
  return 0;
}
