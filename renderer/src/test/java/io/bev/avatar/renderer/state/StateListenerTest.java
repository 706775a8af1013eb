package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.testkit.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StateListenerTest {

    @TempDir
    Path directory;

    @TempDir
    Path redisDirectory;

    /** A listener runs under the lock of the state; waiting for Redis there could deadlock with a thread that syncs. */
    @Test
    void listenerThatSaves_isStopped_andTheChangeStands() {
        try (TestRedis redis = TestRedis.start(redisDirectory);
                DurableStateStore store = Stores.open(directory, redis.config())) {
            Await.until("connected", () -> store.statistics().redisConnected());
            List<String> errors = new CopyOnWriteArrayList<>();
            store.onChange(state -> {
                try {
                    store.save();
                } catch (IllegalStateException e) {
                    errors.add(String.valueOf(e.getMessage()));
                }
            });

            assertThat(Stores.submit(store, "{'mouth':0.5}").accepted()).isTrue();

            assertThat(errors).singleElement().asString().contains("a state listener must not save, restore or submit");
            assertThat(store.current().mouth()).isEqualTo(0.5);
        }
    }
}
