package io.bev.avatar.renderer.speech;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.stream.SoundOutput;
import io.bev.avatar.renderer.stream.SoundPacket;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Sends the sound of one utterance when it is due, and so paces the synthesis: the engine waits in {@link #sound}. The first
 * sample is presented {@link #START_NANOS} after its synthesis; a packet is sent at most {@link #LEAD_NANOS} early.
 */
final class SoundPacer implements SpeechEngine.Sink {

    /** Time for lips to anticipate. Network and decoder are in the page's own delay. */
    static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int PACKETS_PER_SECOND = 25;

    private final Utterance utterance;
    private final VisemeTrack track;
    private final SoundOutput out;
    private final Ticker ticker;
    private final Clock clock;
    private int sampleRate = 1;
    private short[] packet = new short[1];
    private int filled;
    private int sent;
    private boolean started;
    private long startNanos;

    SoundPacer(Utterance utterance, VisemeTrack track, SoundOutput out, Ticker ticker, Clock clock) {
        this.utterance = utterance;
        this.track = track;
        this.out = out;
        this.ticker = ticker;
        this.clock = clock;
    }

    @Override
    public void begin(int rate) {
        sampleRate = rate;
        packet = new short[Math.max(1, rate / PACKETS_PER_SECOND)];
    }

    @Override
    public void phoneme(int sample, String ipa) {
        start();
        if (!utterance.stopped()) {
            track.phoneme(nanosOf(sample), ipa);
        }
    }

    @Override
    public void word(int sample, int letters) {
        start();
        if (!utterance.stopped()) {
            track.word(nanosOf(sample), letters);
        }
    }

    @Override
    public boolean sound(short[] samples, int count) {
        start();
        for (int at = 0; at < count; ) {
            int part = Math.min(count - at, packet.length - filled);
            System.arraycopy(samples, at, packet, filled, part);
            filled += part;
            at += part;
            if (filled == packet.length && !send(0)) {
                return false;
            }
        }
        return true;
    }

    /** Sends the rest, and waits for the end of the sound. */
    void finish() throws InterruptedException {
        if (!started || utterance.stopped()) {
            return;
        }
        track.end(nanosOf(sent + filled));
        if (send(SoundPacket.LAST)) {
            boolean ended = utterance.pause(Math.max(0, nanosOf(sent) - ticker.nanos()));
            if (!ended) {
                track.truncate(ticker.nanos());
            }
        }
    }

    private void start() {
        if (!started) {
            started = true;
            startNanos = ticker.nanos() + START_NANOS;
            utterance.sounds(startNanos);
        }
    }

    private long nanosOf(int sample) {
        return startNanos + sample * 1_000_000_000L / sampleRate;
    }

    /** Sends the packet when it is due; returns false if the utterance was stopped. */
    private boolean send(int flags) {
        long presented = nanosOf(sent);
        try {
            long early = presented - LEAD_NANOS - ticker.nanos();
            if (!utterance.pause(Math.max(0, early))) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        // A step of the clock moves sound and frames together.
        Instant now = clock.instant();
        long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1000 + (presented - ticker.nanos()) / 1000;
        out.send(SoundPacket.of(
                flags | (sent == 0 ? SoundPacket.FIRST : 0), utterance.id, micros, sampleRate, sent, packet, filled));
        sent += filled;
        filled = 0;
        return true;
    }
}
