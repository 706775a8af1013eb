package io.bev.avatar.exporter.check;

import io.bev.avatar.common.alert.AlertReceivers;
import java.util.List;

/** Whether anyone is notified about alerts. */
public final class ReceiversCheck implements Check {

    private final AlertReceivers receivers;

    public ReceiversCheck(AlertReceivers receivers) {
        this.receivers = receivers;
    }

    @Override
    public String name() {
        return "alert-receivers";
    }

    @Override
    public List<CheckResult> run() {
        String expected = "a destination of alerts for people";
        List<String> names = receivers.names();
        return List.of(
                names.isEmpty()
                        ? CheckResult.skipped(name(), AlertReceivers.NONE + "; " + AlertReceivers.REMEDY, expected)
                        : CheckResult.ok(name(), String.join(", ", names), expected));
    }
}
