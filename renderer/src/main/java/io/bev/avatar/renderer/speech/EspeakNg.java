package io.bev.avatar.renderer.speech;

import com.sun.jna.Callback;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * JNA direct mapping of the API of espeak-ng (speak_lib.h), limited to synthesis. Names and constants are the library's.
 * 64-bit only. The library has one global state: one thread may use it.
 */
final class EspeakNg {

    static final String LIBRARY = "libespeak-ng.so.1";

    /** The library calls back on the caller's thread and plays nothing. */
    static final int AUDIO_OUTPUT_SYNCHRONOUS = 2;

    static final int INITIALIZE_PHONEME_EVENTS = 0x1;
    static final int INITIALIZE_PHONEME_IPA = 0x2;
    /** Without it, the library ends the process when its data is missing. */
    static final int INITIALIZE_DONT_EXIT = 0x8000;

    static final int CHARS_UTF8 = 1;
    static final int POS_CHARACTER = 1;
    static final int RATE = 1;
    static final int PITCH = 3;
    static final int RANGE = 4;

    static final int EVENT_LIST_TERMINATED = 0;
    static final int EVENT_WORD = 1;
    static final int EVENT_PHONEME = 7;

    // struct espeak_EVENT: int type, unique_identifier, text_position, length, audio_position, sample; void* user_data;
    // union of int, char* and char[8].
    static final int EVENT_BYTES = 40;
    static final int EVENT_LENGTH = 12;
    static final int EVENT_SAMPLE = 20;
    static final int EVENT_STRING = 32;
    static final int EVENT_STRING_BYTES = 8;

    /** Receives sound: {@code int (short *wav, int numsamples, espeak_EVENT *events)}; not 0 to end. */
    interface SynthCallback extends Callback {
        int invoke(@Nullable Pointer wav, int samples, Pointer events);
    }

    private EspeakNg() {}

    /** @throws UnsatisfiedLinkError without the library */
    static void bind() {
        Native.register(EspeakNg.class, NativeLibrary.getInstance(LIBRARY));
    }

    /** Returns the sample rate, or a negative error. */
    static native int espeak_Initialize(int output, int bufferMillis, @Nullable String path, int options);

    static native void espeak_SetSynthCallback(SynthCallback callback);

    static native int espeak_SetVoiceByName(String name);

    static native int espeak_SetParameter(int parameter, int value, int relative);

    static native int espeak_Synth(
            byte[] text,
            long size,
            int position,
            int positionType,
            int endPosition,
            int flags,
            @Nullable Pointer identifier,
            @Nullable Pointer userData);

    /** Array of pointers to {@code espeak_VOICE}: name, languages, identifier; ended by NULL. */
    static native @Nullable Pointer espeak_ListVoices(@Nullable Pointer specification);

    static native int espeak_Terminate();
}
