package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NeedsCompiler.class)
class DeviceMemoryTest {

    private static final long MIB = 1 << 20;

    private final EmulatedDriver driver = EmulatedDriver.withoutKernels();
    private final EmulatedDriver.EmulatedContext context = driver.open(0);

    @Test
    void blocks_growWithWhatIsNeeded() {
        DeviceMemory memory = new DeviceMemory(context, 300 * MIB, 64 * MIB);
        List<Long> taken = new ArrayList<>();
        for (int piece = 0; piece < 24; piece++) {
            memory.allocate(AllocationKind.FRAME, 8 * MIB);
            taken.add(memory.allocatedBytes() / MIB);
        }

        assertThat(taken.stream().distinct().toList()).containsExactly(16L, 32L, 64L, 128L, 192L);
        assertThat(memory.usedBytes().get(AllocationKind.FRAME)).isEqualTo(192 * MIB);
    }

    @Test
    void model_usesOnlyItsSize_andDoesNotGrowBlocks() {
        DeviceMemory memory = new DeviceMemory(context, 300 * MIB, 64 * MIB);
        DeviceMemory.Piece model = memory.allocate(AllocationKind.MODEL, 100 * MIB + 1);
        assertThat(memory.allocatedBytes()).isEqualTo(100 * MIB + 256);
        memory.allocate(AllocationKind.PICTURE, 1);
        assertThat(memory.allocatedBytes()).isEqualTo(116 * MIB + 256);

        memory.free(model);

        assertThat(memory.allocatedBytes()).isEqualTo(16 * MIB);
        assertThat(memory.trim()).as("in use").isZero();
    }

    @Test
    void nearTheBudget_allocatesOnlyWhatIsNeeded_andReleasesCachedMemoryFirst() {
        DeviceMemory memory = new DeviceMemory(context, 40 * MIB, 64 * MIB);
        DeviceMemory.Piece first = memory.allocate(AllocationKind.FRAME, 30 * MIB);
        memory.allocate(AllocationKind.FRAME, 10 * MIB);
        assertThat(memory.allocatedBytes()).isEqualTo(40 * MIB);
        assertThatThrownBy(() -> memory.allocate(AllocationKind.FRAME, 1))
                .isInstanceOf(MemoryBudgetException.class)
                .hasMessageContaining("40 of 40 MiB");
        memory.free(first);

        memory.allocate(AllocationKind.MODEL, 20 * MIB);

        assertThat(memory.allocatedBytes()).isEqualTo(30 * MIB);
        assertThat(context.heldBytes()).isEqualTo(30 * MIB);
    }
}
