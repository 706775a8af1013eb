package io.bev.avatar.renderer.speech;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Speech by espeak-ng's library. At most one instance at a time in a process. */
final class EspeakEngine implements SpeechEngine {

    /** Sound per callback; also how late a phoneme is known. */
    private static final int BUFFER_MILLIS = 60;

    private static final int MAX_VOICES = 1000;
    private static final int MAX_EVENTS = 10_000;
    private static final String REMEDY =
            "; install the packages libespeak-ng1 and espeak-ng-data (apt-get install libespeak-ng1), then restart the renderer";

    private final int sampleRate;
    private final Set<String> languages;
    // The library keeps the address of the callback only.
    private final EspeakNg.SynthCallback callback = this::synthesised;
    private short[] samples = new short[0];
    private @Nullable Sink sink;
    private @Nullable RuntimeException failure;

    private EspeakEngine(int sampleRate) {
        this.sampleRate = sampleRate;
        this.languages = readLanguages();
        EspeakNg.espeak_SetSynthCallback(callback);
    }

    static EspeakEngine open() throws UnavailableException {
        if (Native.POINTER_SIZE != Long.BYTES) {
            throw new UnavailableException("speech needs a 64-bit system");
        }
        try {
            EspeakNg.bind();
        } catch (UnsatisfiedLinkError e) {
            throw new UnavailableException(EspeakNg.LIBRARY + " is not installed" + REMEDY);
        }
        int rate = EspeakNg.espeak_Initialize(
                EspeakNg.AUDIO_OUTPUT_SYNCHRONOUS,
                BUFFER_MILLIS,
                null,
                EspeakNg.INITIALIZE_PHONEME_EVENTS | EspeakNg.INITIALIZE_PHONEME_IPA | EspeakNg.INITIALIZE_DONT_EXIT);
        if (rate <= 0) {
            throw new UnavailableException("espeak-ng cannot read its data (error " + rate + ")" + REMEDY);
        }
        return new EspeakEngine(rate);
    }

    @Override
    public Set<String> languages() {
        return languages;
    }

    /** The field languages is a list of a priority, one byte, and a name; a priority of 0 ends it. */
    private static Set<String> readLanguages() {
        Set<String> found = new TreeSet<>();
        Pointer voices = EspeakNg.espeak_ListVoices(null);
        for (int i = 0; voices != null && i < MAX_VOICES; i++) {
            Pointer voice = voices.getPointer((long) Native.POINTER_SIZE * i);
            if (voice == null) {
                break;
            }
            Pointer list = voice.getPointer(Native.POINTER_SIZE);
            for (long at = 0; list != null && list.getByte(at) != 0; ) {
                String name = list.getString(at + 1, "UTF-8");
                found.add(name.toLowerCase(Locale.ROOT));
                at += 2 + name.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return Set.copyOf(found);
    }

    @Override
    public void speak(String text, String language, int wordsPerMinute, int pitch, int range, Sink receiver) {
        check("voice " + language, EspeakNg.espeak_SetVoiceByName(language));
        check("rate", EspeakNg.espeak_SetParameter(EspeakNg.RATE, wordsPerMinute, 0));
        check("pitch", EspeakNg.espeak_SetParameter(EspeakNg.PITCH, pitch, 0));
        check("range", EspeakNg.espeak_SetParameter(EspeakNg.RANGE, range, 0));
        receiver.begin(sampleRate);
        byte[] bytes = (text + "\0").getBytes(StandardCharsets.UTF_8);
        sink = receiver;
        failure = null;
        try {
            // Without the flags for SSML and phoneme mnemonics: the text is words, whatever it contains.
            check(
                    "synthesis",
                    EspeakNg.espeak_Synth(
                            bytes, bytes.length, 0, EspeakNg.POS_CHARACTER, 0, EspeakNg.CHARS_UTF8, null, null));
        } finally {
            sink = null;
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static void check(String what, int status) {
        if (status != 0) {
            throw new IllegalStateException("espeak-ng: " + what + " failed (error " + status + ")");
        }
    }

    /** Called by the library; an exception must not cross it. */
    private int synthesised(@Nullable Pointer wav, int count, Pointer events) {
        Sink to = sink;
        if (to == null || failure != null) {
            return 1;
        }
        try {
            deliver(to, events);
            if (wav == null || count <= 0) {
                return 0;
            }
            if (samples.length < count) {
                samples = new short[count];
            }
            wav.read(0, samples, 0, count);
            return to.sound(samples, count) ? 0 : 1;
        } catch (RuntimeException e) {
            failure = e;
            return 1;
        }
    }

    private static void deliver(Sink to, Pointer events) {
        for (int i = 0; i < MAX_EVENTS; i++) {
            long at = (long) EspeakNg.EVENT_BYTES * i;
            int type = events.getInt(at);
            if (type == EspeakNg.EVENT_LIST_TERMINATED) {
                return;
            }
            int sample = Math.max(0, events.getInt(at + EspeakNg.EVENT_SAMPLE));
            if (type == EspeakNg.EVENT_PHONEME) {
                to.phoneme(sample, string(events, at + EspeakNg.EVENT_STRING));
            } else if (type == EspeakNg.EVENT_WORD) {
                to.word(sample, events.getInt(at + EspeakNg.EVENT_LENGTH));
            }
        }
    }

    /** A text of up to 8 bytes, without a NUL if it has 8. */
    private static String string(Pointer events, long at) {
        byte[] bytes = events.getByteArray(at, EspeakNg.EVENT_STRING_BYTES);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        int status = EspeakNg.espeak_Terminate();
        if (status != 0) {
            throw new IllegalStateException("espeak-ng: end failed (error " + status + ")");
        }
    }
}
