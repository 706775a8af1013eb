package io.bev.avatar.exporter.systemd;

import io.bev.avatar.exporter.systemd.SystemBus.Call;
import io.bev.avatar.exporter.systemd.SystemBus.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.freedesktop.dbus.types.Variant;

/** Client of systemd's manager interface, {@code org.freedesktop.systemd1}: reads units. */
public final class SystemdManagerClient {

    public static final String NAME = "org.freedesktop.systemd1";

    static final String UNIT = NAME + ".Unit";

    private static final String MANAGER = NAME + ".Manager";
    private static final String MANAGER_PATH = "/org/freedesktop/systemd1";
    private static final String CONTROL_GROUP = "ControlGroup";

    /** Limit of {@link #overview}: each service, timer and socket costs a call. */
    private static final int MAX_UNITS = 4096;

    /** Types that node_exporter does not report by default: their number is not bounded by what is installed. */
    private static final List<String> UNREPORTED_TYPES = List.of("automount", "device", "mount", "scope", "slice");

    /** Value of systemd for "unknown", "not accounted" and "infinity": all 64 bits set. */
    private static final double UNSET = Math.pow(2, 64);

    /** Positions in the structure returned by ListUnits and ListUnitsByNames. */
    private static final int FIELD_NAME = 0;

    private static final int FIELD_LOAD_STATE = 2;
    private static final int FIELD_ACTIVE_STATE = 3;
    private static final int FIELD_PATH = 6;

    private record Listed(String name, String loadState, String activeState, String path) {
        String type() {
            return UnitStatus.typeOf(name);
        }

        boolean running() {
            return !activeState.equals("inactive") && !activeState.equals("failed");
        }

        List<UnitProperty> properties() {
            return UnitProperty.of(type(), running());
        }

        Optional<String> controlGroupInterface() {
            return running() ? UnitProperty.controlGroupInterface(type()) : Optional.empty();
        }
    }

    /**
     * All units of the host and the state of systemd.
     *
     * @param version version of systemd, such as {@code 252.39-1~deb12u2}
     * @param systemState state of the system, such as {@code running}; empty before systemd 212
     * @param unitsByState number of units by state, of all types
     * @param units loaded units of the reported types
     */
    public record Overview(
            String version, String systemState, Map<String, Integer> unitsByState, List<ListedUnit> units) {
        public Overview {
            unitsByState = Map.copyOf(unitsByState);
            units = List.copyOf(units);
        }
    }

    /**
     * A unit of {@link Overview}.
     *
     * @param serviceType property {@code Type} of a service; otherwise empty
     * @param values numeric properties by their D-Bus name, without absent ones
     */
    public record ListedUnit(String name, String activeState, String serviceType, Map<String, Double> values) {
        public ListedUnit {
            values = Map.copyOf(values);
        }
    }

    private final SystemBus bus;
    private final Duration timeout;

    /** @param timeout timeout of each of the two round trips */
    public SystemdManagerClient(SystemBus bus, Duration timeout) {
        this.bus = bus;
        this.timeout = timeout;
    }

    /** Status of the units known to systemd, of those in {@code names}. */
    public List<UnitStatus> units(List<String> names) throws BusException, InterruptedException {
        List<Listed> listed = list(new Call(
                MANAGER_PATH, MANAGER, "ListUnitsByNames", "as", List.of((Object) names.toArray(String[]::new))));
        listed.removeIf(unit -> unit.loadState().equals("not-found"));
        List<Call> calls = new ArrayList<>();
        for (Listed unit : listed) {
            unit.properties()
                    .forEach(property ->
                            calls.add(get(unit.path(), property.interfaceName(unit.type()), property.dbusName())));
            unit.controlGroupInterface().ifPresent(name -> calls.add(get(unit.path(), name, CONTROL_GROUP)));
        }
        Iterator<Reply> replies = callAll(calls).iterator();
        List<UnitStatus> units = new ArrayList<>();
        for (Listed unit : listed) {
            Map<UnitProperty, Double> values = new EnumMap<>(UnitProperty.class);
            for (UnitProperty property : unit.properties()) {
                number(replies.next()).ifPresent(value -> values.put(property, value));
            }
            String controlGroup = unit.controlGroupInterface().isPresent() ? text(replies.next()) : "";
            units.add(new UnitStatus(unit.name(), unit.activeState(), controlGroup, values));
        }
        return units;
    }

    /**
     * All units, as node_exporter reports them: the loaded ones without automounts, devices, mounts, scopes and slices.
     *
     * @throws BusException also if there are more than 4096 of them
     */
    public Overview overview() throws BusException, InterruptedException {
        Map<String, Integer> states = new TreeMap<>();
        List<Listed> chosen = new ArrayList<>();
        for (Listed unit : list(new Call(MANAGER_PATH, MANAGER, "ListUnits", "", List.of()))) {
            states.merge(unit.activeState(), 1, Integer::sum);
            if (unit.loadState().equals("loaded") && !UNREPORTED_TYPES.contains(unit.type())) {
                chosen.add(unit);
            }
        }
        if (chosen.size() > MAX_UNITS) {
            throw new BusException("systemd has " + chosen.size() + " units, expected at most " + MAX_UNITS
                    + " services, sockets, timers, paths and targets; set exporter.node-systemd-names to false");
        }
        List<Call> calls = new ArrayList<>(
                List.of(get(MANAGER_PATH, MANAGER, "Version"), get(MANAGER_PATH, MANAGER, "SystemState")));
        for (Listed unit : chosen) {
            properties(unit.type()).forEach(name -> calls.add(get(unit.path(), unitInterface(unit.type()), name)));
        }
        Iterator<Reply> replies = callAll(calls).iterator();
        String version = text(replies.next());
        String state = text(replies.next());
        List<ListedUnit> units = new ArrayList<>();
        for (Listed unit : chosen) {
            String serviceType = "";
            Map<String, Double> values = new HashMap<>();
            for (String name : properties(unit.type())) {
                Reply reply = replies.next();
                serviceType = name.equals("Type") ? text(reply) : serviceType;
                number(reply).ifPresent(value -> values.put(name, value));
            }
            units.add(new ListedUnit(unit.name(), unit.activeState(), serviceType, values));
        }
        return new Overview(version, state, states, units);
    }

    private static List<String> properties(String type) {
        return switch (type) {
            case "service" -> List.of("Type");
            case "timer" -> List.of("LastTriggerUSec");
            case "socket" -> List.of("NAccepted", "NConnections", "NRefused");
            default -> List.of();
        };
    }

    private static String unitInterface(String type) {
        return NAME + "." + Character.toUpperCase(type.charAt(0)) + type.substring(1);
    }

    private List<Reply> callAll(List<Call> calls) throws BusException, InterruptedException {
        return calls.isEmpty() ? List.of() : bus.callAll(calls, timeout);
    }

    private List<Listed> list(Call call) throws BusException, InterruptedException {
        Reply reply = bus.callAll(List.of(call), timeout).get(0);
        if (reply.error() != null) {
            throw new BusException("systemd does not list its units: " + reply.error()
                    + "; if this host does not run systemd, exclude the collector");
        }
        List<Listed> units = new ArrayList<>();
        for (Object item : (List<?>) reply.parameters().get(0)) {
            Object[] fields = (Object[]) item;
            units.add(new Listed(
                    (String) fields[FIELD_NAME],
                    (String) fields[FIELD_LOAD_STATE],
                    (String) fields[FIELD_ACTIVE_STATE],
                    String.valueOf(fields[FIELD_PATH])));
        }
        return units;
    }

    private static Call get(String path, String interfaceName, String property) {
        return new Call(path, "org.freedesktop.DBus.Properties", "Get", "ss", List.of(interfaceName, property));
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

    /** Value of a property; empty when systemd does not support it. */
    private static String text(Reply reply) {
        return reply.error() == null
                        && reply.parameters().get(0) instanceof Variant<?> variant
                        && variant.getValue() instanceof String text
                ? text
                : "";
    }
}
