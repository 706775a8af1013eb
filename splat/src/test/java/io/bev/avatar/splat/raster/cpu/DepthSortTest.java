package io.bev.avatar.splat.raster.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.raster.Projection;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DepthSortTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 1023, 1024, 1025, 10_000})
    void anyCount_isSortedByDepthThenByOrderInTheCloud(int count) {
        for (float spread : new float[] {0, 1e-6f, 0.3f, 1e30f}) {
            checkSorted(count, spread);
        }
    }

    private static void checkSorted(int count, float spread) {
        Random random = new Random(count);
        Projection projection = new Projection();
        projection.reserve(count);
        for (int c = 0; c < projection.chunks; c++) {
            // Some slots of each chunk stay unused, as when Gaussians are culled.
            projection.chunkCounts[c] = Math.min(count - c * Projection.CHUNK, Projection.CHUNK - 3 * c);
            projection.chunkLowest[c] = Integer.MAX_VALUE;
            projection.chunkHighest[c] = 0;
            for (int i = 0; i < projection.chunkCounts[c]; i++) {
                float depth = 1 + spread * (float) Math.pow(random.nextInt(50) / 50.0, 4);
                int bits = Float.floatToIntBits(depth);
                projection.depthBits[c * Projection.CHUNK + i] = bits;
                projection.chunkLowest[c] = Math.min(projection.chunkLowest[c], bits);
                projection.chunkHighest[c] = Math.max(projection.chunkHighest[c], bits);
            }
        }
        int[] expected = IntStream.range(0, projection.chunks)
                .flatMap(c -> IntStream.range(0, projection.chunkCounts[c]).map(i -> c * Projection.CHUNK + i))
                .boxed()
                .sorted(Comparator.comparing(r -> projection.depthBits[r]))
                .mapToInt(Integer::intValue)
                .toArray();

        DepthSort sort = new DepthSort();
        int total = sort.sort(projection);

        assertThat(Arrays.copyOf(sort.order, total)).isEqualTo(expected);
    }

    @Test
    void secondSort_isIndependentOfTheFirst() {
        DepthSort sort = new DepthSort();
        Projection projection = new Projection();
        projection.reserve(2);
        projection.chunkCounts[0] = 2;
        projection.chunkLowest[0] = 10;
        projection.chunkHighest[0] = 90;
        projection.depthBits[0] = 90;
        projection.depthBits[1] = 10;
        sort.sort(projection);

        projection.depthBits[0] = 10;
        projection.depthBits[1] = 90;

        assertThat(sort.sort(projection)).isEqualTo(2);
        assertThat(Arrays.copyOf(sort.order, 2)).containsExactly(0, 1);
    }
}
