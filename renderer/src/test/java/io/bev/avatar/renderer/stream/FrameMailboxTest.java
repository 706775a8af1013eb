package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FrameMailboxTest {

    private final FrameMailbox mailbox = new FrameMailbox();
    private final List<EncodedFrame> all = new ArrayList<>();

    @Test
    void put_jpeg_replacesTheOneBefore() {
        assertThat(put(1, 0)).isZero();
        assertThat(put(2, 0)).isEqualTo(1);

        assertThat(consume(0)).isEqualTo(2);
        assertThat(mailbox.poll(0, 12)).isNull();
    }

    @Test
    void put_deltaBeforeTheFirstKey_isDropped() {
        assertThat(mailbox.needsKey()).isTrue();
        assertThat(put(1, EncodedFrame.VIDEO)).isEqualTo(1);
        assertThat(mailbox.poll(0, 12)).isNull();
    }

    @Test
    void put_video_keepsItsOrder() {
        put(1, EncodedFrame.VIDEO | EncodedFrame.KEY);
        put(2, EncodedFrame.VIDEO);
        put(3, EncodedFrame.VIDEO);

        assertThat(mailbox.needsKey()).isFalse();
        assertThat(consume(0)).isEqualTo(1);
        assertThat(consume(0)).isEqualTo(2);
        assertThat(consume(0)).isEqualTo(3);
    }

    @Test
    void put_moreVideoThanFits_waitsForAKeyFrame() {
        put(1, EncodedFrame.VIDEO | EncodedFrame.KEY);
        for (int i = 2; i <= FrameMailbox.MAX_VIDEO_FRAMES; i++) {
            assertThat(put(i, EncodedFrame.VIDEO)).isZero();
        }

        assertThat(put(20, EncodedFrame.VIDEO)).isEqualTo(FrameMailbox.MAX_VIDEO_FRAMES + 1);
        assertThat(mailbox.needsKey()).isTrue();
        assertThat(put(21, EncodedFrame.VIDEO)).isEqualTo(1);
        assertThat(put(22, EncodedFrame.VIDEO | EncodedFrame.KEY)).isZero();
        assertThat(consume(0)).isEqualTo(22);
    }

    @Test
    void put_jpegAfterVideo_needsAKeyAgain() {
        put(1, EncodedFrame.VIDEO | EncodedFrame.KEY);
        put(2, 0);

        assertThat(mailbox.needsKey()).isTrue();
        assertThat(put(3, EncodedFrame.VIDEO)).isEqualTo(1);
        assertThat(consume(0)).isEqualTo(2);
    }

    @Test
    void poll_fullWindow_waits() {
        put(1, 0);
        assertThat(mailbox.poll(2, 12)).isNull();
        put(2, EncodedFrame.VIDEO | EncodedFrame.KEY);
        assertThat(mailbox.poll(12, 12)).isNull();
        assertThat(consume(11)).isEqualTo(2);
    }

    @Test
    void close_releasesAll() {
        put(1, EncodedFrame.VIDEO | EncodedFrame.KEY);
        put(2, EncodedFrame.VIDEO);

        mailbox.close();

        assertThat(put(3, 0)).isZero();
        assertThat(all).allSatisfy(frame -> assertThat(frame.message().refCnt()).isZero());
    }

    private int put(long sequence, int flags) {
        EncodedFrame frame = new EncodedFrame(Unpooled.buffer(40), sequence, 0, flags);
        all.add(frame);
        int dropped = mailbox.put(frame);
        frame.release();
        return dropped;
    }

    private long consume(int inFlight) {
        EncodedFrame frame = Objects.requireNonNull(mailbox.poll(inFlight, 12));
        long sequence = frame.sequence();
        frame.release();
        return sequence;
    }
}
