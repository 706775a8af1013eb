package io.bev.avatar.renderer.frame;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FramePacerTest {

    @Test
    void framesInTime_keepSchedule() {
        FramePacer pacer = new FramePacer(100, 1000);
        assertThat(pacer.deadlineNanos()).isEqualTo(1000);
        assertThat(pacer.frameDone(1060)).isZero();
        assertThat(pacer.missed()).isFalse();
        assertThat(pacer.deadlineNanos()).isEqualTo(1100);
        assertThat(pacer.frameDone(1200)).isZero();
        assertThat(pacer.missed()).isFalse();
        assertThat(pacer.deadlineNanos()).isEqualTo(1200);
    }

    @Test
    void slightlyLateFrame_isAMiss_andNextFrameStartsImmediately() {
        FramePacer pacer = new FramePacer(100, 0);
        assertThat(pacer.frameDone(130)).isZero();
        assertThat(pacer.missed()).isTrue();
        assertThat(pacer.deadlineNanos()).isEqualTo(100);
        assertThat(pacer.frameDone(190)).isZero();
        assertThat(pacer.missed()).isFalse();
    }

    @Test
    void missedTicks_areSkipped_andScheduleIsKept() {
        FramePacer pacer = new FramePacer(100, 0);
        assertThat(pacer.frameDone(450)).isEqualTo(3);
        assertThat(pacer.missed()).isTrue();
        assertThat(pacer.deadlineNanos()).isEqualTo(400);
    }

    @Test
    void higherRate_takesEffectImmediately_lowerWithNextTick() {
        FramePacer pacer = new FramePacer(1000, 0);
        pacer.frameDone(10);
        pacer.setInterval(50, 20);
        assertThat(pacer.deadlineNanos()).isEqualTo(70);
        pacer.setInterval(1000, 30);
        assertThat(pacer.deadlineNanos()).isEqualTo(70);
        pacer.frameDone(75);
        assertThat(pacer.deadlineNanos()).isEqualTo(1070);
    }

    @Test
    void overloadedHost_keepsHighestSustainableRate() {
        FramePacer pacer = new FramePacer(100, 0);
        long now = 0;
        int frames = 0;
        while (now < 11_000) {
            now = Math.max(now, pacer.deadlineNanos()) + 110;
            pacer.frameDone(now);
            frames++;
        }
        assertThat(frames).isEqualTo(100);
    }
}
