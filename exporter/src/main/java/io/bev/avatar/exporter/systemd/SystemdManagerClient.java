package io.bev.avatar.exporter.systemd;

import io.bev.avatar.exporter.systemd.SystemBus.Call;
import io.bev.avatar.exporter.systemd.SystemBus.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.freedesktop.dbus.types.Variant;

/** Client of systemd's manager interface, {@code org.freedesktop.systemd1}: reads units. */
public final class SystemdManagerClient {

    public static final String NAME = "org.freedesktop.systemd1";

    private static final String MANAGER_PATH = "/org/freedesktop/systemd1";
    private static final String UNIT = NAME + ".Unit";
    private static final double MICRO = 1e-6;

    /** Value of systemd for "unknown" and "infinity": all 64 bits set. */
    private static final double UNSET = Math.pow(2, 64);

    /** Positions in the structure returned by ListUnitsByNames. */
    private static final int FIELD_NAME = 0;

    private static final int FIELD_LOAD_STATE = 2;
    private static final int FIELD_ACTIVE_STATE = 3;
    private static final int FIELD_PATH = 6;

    private record Listed(String name, String activeState, String path) {}

    private final SystemBus bus;
    private final Duration timeout;

    /** @param timeout timeout of each of the two round trips */
    public SystemdManagerClient(SystemBus bus, Duration timeout) {
        this.bus = bus;
        this.timeout = timeout;
    }

    /** Status of the units known to systemd, of those in {@code names}. */
    public List<UnitStatus> units(List<String> names) throws BusException, InterruptedException {
        List<Listed> listed = list(names);
        List<Call> calls = new ArrayList<>();
        for (Listed unit : listed) {
            calls.addAll(properties(unit));
        }
        List<Reply> replies = calls.isEmpty() ? List.of() : bus.callAll(calls, timeout);
        Map<String, OptionalDouble> values = new LinkedHashMap<>();
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            values.put(call.path() + call.arguments().get(1), number(replies.get(i)));
        }
        return listed.stream().map(unit -> status(unit, values)).toList();
    }

    private List<Listed> list(List<String> names) throws BusException, InterruptedException {
        Call call = new Call(MANAGER_PATH, NAME + ".Manager", "ListUnitsByNames", "as", List.of((Object)
                names.toArray(String[]::new)));
        Reply reply = bus.callAll(List.of(call), timeout).get(0);
        if (reply.error() != null) {
            throw new BusException("systemd does not list its units: " + reply.error()
                    + "; if this host does not run systemd, exclude the collector");
        }
        List<Listed> known = new ArrayList<>();
        for (Object item : (List<?>) reply.parameters().get(0)) {
            Object[] fields = (Object[]) item;
            if (!"not-found".equals(fields[FIELD_LOAD_STATE])) {
                known.add(new Listed(
                        (String) fields[FIELD_NAME],
                        (String) fields[FIELD_ACTIVE_STATE],
                        String.valueOf(fields[FIELD_PATH])));
            }
        }
        return known;
    }

    private static List<Call> properties(Listed unit) {
        List<Call> calls = new ArrayList<>(List.of(get(unit, UNIT, "ActiveEnterTimestamp")));
        if (unit.name().endsWith(".service")) {
            for (String name : List.of("NRestarts", "TasksCurrent", "TasksMax", "MemoryCurrent", "WatchdogTimestamp")) {
                calls.add(get(unit, NAME + ".Service", name));
            }
        }
        return calls;
    }

    private static Call get(Listed unit, String interfaceName, String property) {
        return new Call(unit.path(), "org.freedesktop.DBus.Properties", "Get", "ss", List.of(interfaceName, property));
    }

    /** Value of a property; empty when systemd does not support or know it. */
    private static OptionalDouble number(Reply reply) {
        if (reply.error() == null
                && reply.parameters().get(0) instanceof Variant<?> variant
                && variant.getValue() instanceof Number number
                && number.doubleValue() < UNSET) {
            return OptionalDouble.of(number.doubleValue());
        }
        return OptionalDouble.empty();
    }

    private static UnitStatus status(Listed unit, Map<String, OptionalDouble> values) {
        String path = unit.path();
        OptionalDouble absent = OptionalDouble.empty();
        return new UnitStatus(
                unit.name(),
                unit.activeState(),
                time(values.getOrDefault(path + "ActiveEnterTimestamp", absent)),
                values.getOrDefault(path + "NRestarts", absent),
                values.getOrDefault(path + "TasksCurrent", absent),
                values.getOrDefault(path + "TasksMax", absent),
                values.getOrDefault(path + "MemoryCurrent", absent),
                time(values.getOrDefault(path + "WatchdogTimestamp", absent)));
    }

    /** Converts a time in microseconds to seconds; 0 means never. */
    private static OptionalDouble time(OptionalDouble micros) {
        return micros.isPresent() && micros.getAsDouble() > 0
                ? OptionalDouble.of(micros.getAsDouble() * MICRO)
                : OptionalDouble.empty();
    }
}
