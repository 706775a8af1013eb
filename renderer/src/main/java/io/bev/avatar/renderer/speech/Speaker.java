package io.bev.avatar.renderer.speech;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.expression.SpeechMotion;
import io.bev.avatar.renderer.speech.SpeechEngine.UnavailableException;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.renderer.stream.SoundOutput;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks texts one after the other on its own thread, the only one that uses the engine: sound to the viewers, mouth
 * shapes to the {@link VisemeTrack}, both on the ticker's clock and a little ahead of it.
 */
public final class Speaker implements SpeechControl, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Speaker.class);

    private static final long CLOSE_MILLIS = 500;
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Opens an engine. */
    @FunctionalInterface
    interface EngineFactory {
        SpeechEngine open() throws UnavailableException;
    }

    private final SpeechConfig config;
    private final EngineFactory engines;
    private final SoundOutput out;
    private final Supplier<Emotion> emotion;
    private final Ticker ticker;
    private final Clock clock;
    private final VisemeTrack track = new VisemeTrack();
    private final FirstSoundTimes firstSounds = new FirstSoundTimes();
    private final Thread thread;

    private final Object lock = new Object();
    // Fields below are guarded by the lock.
    private final Deque<Utterance> waiting = new ArrayDeque<>();
    private final Deque<Long> acceptedNanos = new ArrayDeque<>();
    private final Map<String, Long> rejected = new TreeMap<>();
    private @Nullable Utterance current;
    private Optional<String> unavailable = Optional.empty();
    private Set<String> languages = Set.of();
    private long lastId;
    private long utterances;
    private long interrupted;
    private long failures;
    private boolean closed;

    /** Speech by the configured engine; the library of espeak-ng is loaded on the speech thread. */
    public static Speaker start(
            SpeechConfig config, SoundOutput out, Supplier<Emotion> emotion, Ticker ticker, Clock clock) {
        Speaker speaker = new Speaker(config, engine(config), out, emotion, ticker, clock);
        speaker.startThread();
        return speaker;
    }

    private static EngineFactory engine(SpeechConfig config) {
        return config.external()
                .<EngineFactory>map(source -> () -> new ExternalEngine(source, ExternalEngine.STALL))
                .orElse(EspeakEngine::open);
    }

    Speaker(
            SpeechConfig config,
            EngineFactory engines,
            SoundOutput out,
            Supplier<Emotion> emotion,
            Ticker ticker,
            Clock clock) {
        this.config = config;
        this.engines = engines;
        this.out = out;
        this.emotion = emotion;
        this.ticker = ticker;
        this.clock = clock;
        this.thread = DaemonThreads.create("speech", this::run);
    }

    void startThread() {
        thread.start();
    }

    /** The movement of the face. */
    public SpeechMotion motion() {
        return track;
    }

    @Override
    public Result say(byte[] json) {
        SayRequest request;
        try {
            request = SayRequest.parse(json, config);
        } catch (SayRequest.InvalidException e) {
            return reject(e.reason(), String.valueOf(e.getMessage()));
        }
        synchronized (lock) {
            Optional<Result> rejection = rejection(request);
            if (rejection.isPresent()) {
                return rejection.get();
            }
            if (request.interrupt()) {
                stop();
            }
            int before = waiting.size() + (current == null || current.stopped() ? 0 : 1);
            long now = ticker.nanos();
            acceptedNanos.add(now);
            Utterance utterance = new Utterance(++lastId, request, now, before > 0);
            waiting.add(utterance);
            lock.notifyAll();
            LOG.debug("utterance {} accepted: {}", utterance.id, request.text());
            return new Result(true, "", "", utterance.id, before);
        }
    }

    /** Called with the lock. */
    private Optional<Result> rejection(SayRequest request) {
        if (closed || unavailable.isPresent()) {
            return Optional.of(reject("unavailable", unavailable.orElse("the renderer is stopping")));
        }
        if (!languages.isEmpty() && !languages.contains(request.language())) {
            return Optional.of(reject(
                    "unknown_language",
                    "language: espeak-ng has no voice for " + request.language() + ", but for en-us, de, fr and "
                            + (languages.size() - 3) + " more: espeak-ng --voices"));
        }
        long minuteAgo = ticker.nanos() - MINUTE_NANOS;
        acceptedNanos.removeIf(accepted -> accepted - minuteAgo < 0);
        if (acceptedNanos.size() >= config.perMinute()) {
            return Optional.of(reject(
                    "overloaded",
                    "more than " + config.perMinute()
                            + " texts per minute: send fewer, or raise renderer.speech.max-per-minute"));
        }
        if (!request.interrupt() && waiting.size() >= config.maxQueued()) {
            return Optional.of(reject(
                    "overloaded",
                    config.maxQueued() + " texts wait: send it later, or with mode interrupt, or raise"
                            + " renderer.speech.max-queued"));
        }
        return Optional.empty();
    }

    private Result reject(String reason, String detail) {
        synchronized (lock) {
            rejected.merge(reason, 1L, Long::sum);
            return new Result(false, reason, detail, 0, waiting.size());
        }
    }

    @Override
    public int stop() {
        synchronized (lock) {
            int ended = waiting.size();
            waiting.clear();
            Utterance speaking = current;
            if (speaking != null && !speaking.stopped()) {
                ended++;
                speaking.stop();
                track.truncate(ticker.nanos());
                out.caption(caption(speaking, "stopped"));
            }
            interrupted += ended;
            lock.notifyAll();
            return ended;
        }
    }

    @Override
    public Statistics statistics() {
        synchronized (lock) {
            return new Statistics(
                    unavailable,
                    current != null,
                    waiting.size(),
                    utterances,
                    interrupted,
                    failures,
                    new TreeMap<>(rejected),
                    firstSounds.bounds(),
                    firstSounds.counts(),
                    firstSounds.sum(),
                    out.statistics());
        }
    }

    private void run() {
        try (SpeechEngine engine = engines.open()) {
            synchronized (lock) {
                languages = engine.languages();
                if (!languages.isEmpty() && !languages.contains(config.language())) {
                    LOG.warn("renderer.speech.language {}: espeak-ng has no such voice", config.language());
                }
            }
            if (config.external().isPresent()) {
                LOG.info("speech available: external engine");
            } else {
                LOG.info(
                        "speech available: espeak-ng, {} languages",
                        engine.languages().size());
            }
            while (true) {
                Utterance next = take();
                if (next == null) {
                    return;
                }
                speak(engine, next);
            }
        } catch (UnavailableException e) {
            LOG.warn("speech unavailable: {}", e.getMessage());
            synchronized (lock) {
                unavailable = Optional.of(String.valueOf(e.getMessage()));
                waiting.clear();
            }
        } catch (InterruptedException e) {
            LOG.debug("speech interrupted, closing");
        }
    }

    private @Nullable Utterance take() throws InterruptedException {
        synchronized (lock) {
            while (waiting.isEmpty() && !closed) {
                lock.wait();
            }
            current = closed ? null : waiting.poll();
            utterances += current == null ? 0 : 1;
            return current;
        }
    }

    private void speak(SpeechEngine engine, Utterance utterance) throws InterruptedException {
        EmotionTone tone = EmotionTone.of(emotion.get());
        SayRequest request = utterance.request;
        SoundPacer pacer = new SoundPacer(utterance, track, out, ticker, clock);
        try {
            out.caption(caption(utterance, "speaking"));
            engine.speak(
                    request.text(),
                    request.language(),
                    (int) Math.round(config.wordsPerMinute() * request.speed() * tone.pace()),
                    tone.pitch(),
                    tone.range(),
                    pacer);
            pacer.finish();
        } catch (RuntimeException e) {
            LOG.warn("utterance {} failed", utterance.id, e);
            synchronized (lock) {
                failures++;
            }
        } finally {
            synchronized (lock) {
                current = null;
                utterance.firstSoundNanos().ifPresent(firstSounds::record);
                if (utterance.stopped()) {
                    // What the engine added while it was being stopped.
                    track.truncate(ticker.nanos());
                } else {
                    out.caption(caption(utterance, "ended"));
                }
            }
        }
    }

    private ObjectNode caption(Utterance utterance, String phase) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", utterance.id)
                .put("phase", phase)
                .put("language", utterance.request.language())
                .put("text", utterance.request.text());
    }

    /** Ends the current utterance and the thread. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            stop();
            lock.notifyAll();
        }
        try {
            thread.join(CLOSE_MILLIS);
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
