package io.bev.avatar.exporter.check;

import io.bev.avatar.common.hardware.OshiHardware;
import java.io.IOException;
import java.util.List;

/** Reports the machine's hardware: information, never a failure. */
final class HardwareCheck implements Check {

    private static final long TIMEOUT_MILLIS = 10_000;
    private static final String EXPECTED = "readable hardware facts";

    @Override
    public String name() {
        return "hardware";
    }

    @Override
    public List<CheckResult> run() throws InterruptedException {
        try {
            return List.of(
                    CheckResult.ok(name(), OshiHardware.read(TIMEOUT_MILLIS).summary(), EXPECTED));
        } catch (IOException e) {
            return List.of(
                    CheckResult.warning(
                            name(),
                            String.valueOf(e.getMessage()),
                            EXPECTED,
                            "the avatar starts without them; check the kernel log ('dmesg') for a device that does not respond"));
        }
    }
}
