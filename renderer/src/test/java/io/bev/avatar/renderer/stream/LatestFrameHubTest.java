package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.splat.raster.Framebuffer;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LatestFrameHubTest {

    private static final long SECOND = 1_000_000_000L;

    private final Framebuffer image = new Framebuffer(40, 20, 0, 0, 0);
    private final CountingEncoder encoder = new CountingEncoder();
    private long nanos;
    private final LatestFrameHub hub = new LatestFrameHub(
            encoder, 2, () -> nanos, Clock.fixed(Instant.ofEpochMilli(0x1_2345_6789L), ZoneOffset.UTC));

    /** Records offered frames. */
    private static class Watcher implements LatestFrameHub.Viewer {
        private final FrameMailbox mailbox = new FrameMailbox();
        final List<Long> offered = new ArrayList<>();
        private @Nullable String goodbye;

        @Override
        public void offer(EncodedFrame frame) {
            offered.add(frame.sequence());
            mailbox.put(frame);
        }

        @Override
        public void disconnect(String reason) {
            goodbye = reason;
        }
    }

    private final class CountingEncoder implements JpegEncoder {
        private int calls;
        private boolean closed;

        @Override
        public ByteBuffer encode(Framebuffer image) {
            calls++;
            nanos += 500;
            return ByteBuffer.wrap("jpeg".getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** A viewer of video. */
    private static final class VideoWatcher extends Watcher {
        private final List<Boolean> keys = new ArrayList<>();
        private boolean video = true;
        private boolean needsKey = true;
        private String failure = "";

        @Override
        public void offer(EncodedFrame frame) {
            super.offer(frame);
            keys.add(frame.isVideo() && !frame.isDelta());
            needsKey &= !frame.isVideo() || frame.isDelta();
        }

        @Override
        public boolean wantsVideo() {
            return video;
        }

        @Override
        public boolean needsKey() {
            return needsKey;
        }

        @Override
        public void videoFailed(String detail) {
            failure = detail;
            video = false;
        }
    }

    private static final class CountingVideo implements VideoEncoder {
        private int calls;
        private boolean key;
        private boolean closed;
        private boolean broken;

        @Override
        public ByteBuffer encode(Framebuffer image, boolean wanted) {
            if (broken) {
                throw new IllegalStateException("codec broken on purpose");
            }
            key = wanted || calls == 0;
            calls++;
            return ByteBuffer.wrap("video".getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public boolean wasKey() {
            return key;
        }

        @Override
        public String codec() {
            return "vp8";
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final CountingVideo codec = new CountingVideo();
    private final LatestFrameHub both =
            new LatestFrameHub(encoder, VideoTrack.of(() -> codec, () -> nanos), 4, () -> nanos, Clock.systemUTC());

    @Test
    void publish_viewersOfBothFormats_encodesEachOnce() {
        Watcher jpeg = new Watcher();
        VideoWatcher first = new VideoWatcher();
        VideoWatcher second = new VideoWatcher();
        both.join(jpeg);
        both.join(first);
        both.join(second);

        both.publish(image, 1, 10, 0);
        both.publish(image, 2, 10, 0);

        assertThat(encoder.calls).isEqualTo(2);
        assertThat(codec.calls).isEqualTo(2);
        assertThat(jpeg.offered).containsExactly(1L, 2L);
        assertThat(first.keys).containsExactly(true, false);
        assertThat(second.keys).containsExactly(true, false);
        assertThat(both.videoKeyFrames()).isEqualTo(1);
        assertThat(both.videoViewers()).isEqualTo(2);
    }

    @Test
    void publish_onlyVideo_encodesAJpegOncePerSecondForThoseWhoJoin() {
        both.join(new VideoWatcher());

        for (int i = 1; i <= 60; i++) {
            both.publish(image, i, 10, 0);
            nanos += SECOND / 30;
        }

        assertThat(codec.calls).isEqualTo(60);
        assertThat(encoder.calls).isEqualTo(2);
        Watcher late = new Watcher();
        both.join(late);
        assertThat(late.offered).hasSize(1);
    }

    @Test
    void publish_viewersThatNeedKeys_getOnePerSecond() {
        VideoWatcher viewer = new VideoWatcher();
        both.join(viewer);
        for (int i = 0; i < 90; i++) {
            viewer.needsKey = true;
            both.publish(image, i, 10, 0);
            nanos += SECOND / 30;
        }

        assertThat(viewer.keys.stream().filter(key -> key).count()).isBetween(3L, 4L);
    }

    @Test
    void publish_lastVideoViewerGone_closesTheCodec() {
        VideoWatcher viewer = new VideoWatcher();
        both.join(viewer);
        both.publish(image, 1, 10, 0);
        both.leave(viewer);

        both.publish(image, 2, 10, 0);

        assertThat(codec.closed).isTrue();
        assertThat(codec.calls).isEqualTo(1);
    }

    @Test
    void publish_codecFails_viewersReturnToJpegWithTheReason() {
        VideoWatcher viewer = new VideoWatcher();
        both.join(viewer);
        codec.broken = true;

        both.publish(image, 1, 10, 0);
        both.publish(image, 2, 10, 0);

        assertThat(viewer.failure).isEqualTo("codec broken on purpose");
        assertThat(viewer.offered).contains(2L);
        assertThat(codec.closed).isTrue();
        assertThatThrownBy(both::openVideo)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("video failed: codec broken on purpose");
    }

    @Test
    void publish_withoutViewers_encodesNothing() {
        assertThat(hub.wanted()).isFalse();
        assertThat(hub.publish(image, 1, 10, 0)).isZero();
        assertThat(encoder.calls).isZero();
    }

    @Test
    void publish_twoViewers_encodesOnceAndSharesTheBuffer() {
        Watcher first = new Watcher();
        Watcher second = new Watcher();
        assertThat(hub.join(first)).isTrue();
        assertThat(hub.join(second)).isTrue();

        assertThat(hub.publish(image, 7, 10, 0)).isEqualTo(500);

        assertThat(encoder.calls).isEqualTo(1);
        EncodedFrame one = consumed(first);
        EncodedFrame other = consumed(second);
        assertThat(one.message()).isSameAs(other.message());
        one.release();
        other.release();
        hub.close();
        assertThat(one.message().refCnt()).isZero();
    }

    @Test
    void publish_frame_hasTheDocumentedHeader() {
        Watcher viewer = new Watcher();
        hub.join(viewer);

        hub.publish(image, 0x1122334455667788L, 2_500_000, 99);

        EncodedFrame frame = consumed(viewer);
        ByteBuf message = frame.message().duplicate();
        assertThat(message.readUnsignedShort()).isEqualTo(0x4241);
        assertThat(message.readUnsignedByte()).isEqualTo((short) 1);
        assertThat(message.readUnsignedByte()).isEqualTo((short) 0);
        assertThat(message.readUnsignedInt()).isEqualTo(2500);
        assertThat(message.readLong()).isEqualTo(0x1122334455667788L);
        assertThat(message.readLong()).isEqualTo(99);
        assertThat(message.readUnsignedShort()).isEqualTo(40);
        assertThat(message.readUnsignedShort()).isEqualTo(20);
        assertThat(message.readUnsignedInt()).isEqualTo(0x2345_6789L);
        assertThat(message.toString(StandardCharsets.US_ASCII)).isEqualTo("jpeg");
        ByteBuf jpeg = frame.retainedJpeg();
        assertThat(jpeg.toString(StandardCharsets.US_ASCII)).isEqualTo("jpeg");
        jpeg.release();
        frame.release();
    }

    @Test
    void join_aboveLimit_isRejected() {
        hub.join(new Watcher());
        Watcher second = new Watcher();
        hub.join(second);

        assertThat(hub.join(new Watcher())).isFalse();
        hub.leave(second);
        assertThat(hub.viewers()).isEqualTo(1);
        assertThat(hub.join(new Watcher())).isTrue();
    }

    @Test
    void join_whilePaused_offersNewestFrame() {
        hub.join(new Watcher());
        hub.publish(image, 3, 0, 0);
        hub.publish(image, 4, 0, 0);

        Watcher late = new Watcher();
        hub.join(late);

        assertThat(late.offered).containsExactly(4L);
    }

    @Test
    void join_afterFramesWithoutViewers_offersNoOldFrame() {
        Watcher early = new Watcher();
        hub.join(early);
        hub.publish(image, 3, 0, 0);
        hub.leave(early);
        hub.publish(image, 4, 0, 0);

        Watcher late = new Watcher();
        hub.join(late);

        assertThat(late.offered).isEmpty();
    }

    @Test
    void awaitFrame_idle_requestsFrameAndReceivesItOnce() {
        List<Long> got = new ArrayList<>();
        hub.awaitFrame(frame -> got.add(frame.sequence()));

        assertThat(hub.wanted()).isTrue();
        hub.publish(image, 5, 0, 0);
        hub.publish(image, 6, 0, 0);

        assertThat(got).containsExactly(5L);
    }

    @Test
    void wanted_afterSnapshot_lastsOneSecond() {
        hub.awaitFrame(frame -> {});
        hub.publish(image, 5, 0, 0);

        nanos = SECOND - 1;
        assertThat(hub.wanted()).isTrue();
        nanos = SECOND;
        assertThat(hub.wanted()).isFalse();
    }

    @Test
    void cancelSnapshot_beforeAndAfterFrame_reportsWhich() {
        List<Long> got = new ArrayList<>();
        Consumer<EncodedFrame> late = frame -> got.add(frame.sequence());
        hub.awaitFrame(late);
        assertThat(hub.cancelSnapshot(late)).isTrue();
        hub.publish(image, 5, 0, 0);
        assertThat(got).isEmpty();
        assertThat(hub.cancelSnapshot(late)).isFalse();
    }

    @Test
    void disconnectAll_disconnectsEveryoneAndCounts() {
        Watcher first = new Watcher();
        Watcher second = new Watcher();
        hub.join(first);
        hub.join(second);

        assertThat(hub.disconnectAll()).isEqualTo(2);
        assertThat(first.goodbye).contains("operator");
        assertThat(second.goodbye).contains("operator");
    }

    @Test
    void publishAndJoin_afterClose_doNothing() {
        Watcher viewer = new Watcher();
        hub.join(viewer);
        hub.close();

        assertThat(hub.publish(image, 1, 0, 0)).isZero();
        assertThat(encoder.calls).isZero();
        assertThat(encoder.closed).isTrue();
        assertThat(viewer.goodbye).contains("stopping");
        assertThat(hub.join(new Watcher())).isFalse();
    }

    @Test
    void mailbox_newerFrame_replacesAndReleasesOlder() {
        Watcher viewer = new Watcher();
        hub.join(viewer);
        hub.publish(image, 1, 0, 0);
        EncodedFrame old = consumed(viewer);
        viewer.mailbox.put(old);
        old.release();

        hub.publish(image, 2, 0, 0);

        assertThat(old.message().refCnt()).isZero();
        EncodedFrame newest = consumed(viewer);
        assertThat(newest.sequence()).isEqualTo(2);
        newest.release();
        assertThat(viewer.mailbox.poll(0, 12)).isNull();
    }

    @Test
    void mailbox_closed_storesNothing() {
        Watcher viewer = new Watcher();
        hub.join(viewer);
        hub.publish(image, 1, 0, 0);
        EncodedFrame frame = consumed(viewer);
        viewer.mailbox.close();

        assertThat(viewer.mailbox.put(frame)).isZero();
        assertThat(viewer.mailbox.poll(0, 12)).isNull();
        frame.release();
        hub.close();
        assertThat(frame.message().refCnt()).isZero();
    }

    private static EncodedFrame consumed(Watcher viewer) {
        EncodedFrame frame = viewer.mailbox.poll(0, 12);
        if (frame == null) {
            throw new AssertionError("no frame in the mailbox");
        }
        return frame;
    }
}
