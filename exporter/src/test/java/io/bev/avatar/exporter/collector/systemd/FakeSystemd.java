package io.bev.avatar.exporter.collector.systemd;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.annotations.Position;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/** Fake systemd manager on a private bus, with units added by the test. */
public final class FakeSystemd implements AutoCloseable {

    /** Structure returned by ListUnitsByNames for a unit. */
    public static final class UnitEntry extends Struct {
        @Position(0)
        public final String name;

        @Position(1)
        public final String description = "";

        @Position(2)
        public final String loadState;

        @Position(3)
        public final String activeState;

        @Position(4)
        public final String subState = "";

        @Position(5)
        public final String following = "";

        @Position(6)
        public final DBusPath path;

        @Position(7)
        public final UInt32 job = new UInt32(0);

        @Position(8)
        public final String jobType = "";

        @Position(9)
        public final DBusPath jobPath = new DBusPath("/");

        UnitEntry(String name, String loadState, String activeState, DBusPath path) {
            this.name = name;
            this.loadState = loadState;
            this.activeState = activeState;
            this.path = path;
        }
    }

    @DBusInterfaceName("org.freedesktop.systemd1.Manager")
    public interface Manager extends DBusInterface {
        List<UnitEntry> ListUnitsByNames(List<String> names);

        List<UnitEntry> ListUnits();
    }

    private abstract static class ReadOnlyProperties implements Properties {
        abstract Map<String, Object> properties();

        @Override
        // The signature is defined by dbus-java; the caller is remote and accepts any value in a variant.
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        public <A> A Get(String face, String property) {
            Object value = properties().get(property);
            if (value == null) {
                throw new DBusExecutionException("Unknown property " + property);
            }
            return (A) new Variant<>(value);
        }

        @Override
        public <A> void Set(String face, String property, A value) {
            throw new DBusExecutionException("read-only");
        }

        @Override
        public Map<String, Variant<?>> GetAll(String face) {
            throw new DBusExecutionException("not supported");
        }
    }

    private static final class Unit extends ReadOnlyProperties {
        private final String path;
        private final String activeState;
        private final Map<String, Object> properties;

        Unit(String path, String activeState, Map<String, Object> properties) {
            this.path = path;
            this.activeState = activeState;
            this.properties = Map.copyOf(properties);
        }

        @Override
        Map<String, Object> properties() {
            return properties;
        }

        @Override
        public String getObjectPath() {
            return path;
        }
    }

    private final DBusConnection connection;
    private final Map<String, Unit> units = new HashMap<>();

    public FakeSystemd(String address) throws Exception {
        connection = DBusConnectionBuilder.forAddress(address).withShared(false).build();
        connection.exportObject("/org/freedesktop/systemd1", new FakeManager());
        connection.requestBusName("org.freedesktop.systemd1");
    }

    private final class FakeManager extends ReadOnlyProperties implements Manager {
        @Override
        Map<String, Object> properties() {
            return Map.of("Version", "252.39-1~deb12u2", "SystemState", "degraded");
        }

        @Override
        public List<UnitEntry> ListUnits() {
            List<UnitEntry> entries = new ArrayList<>(
                    List.of(new UnitEntry("gone.service", "not-found", "inactive", new DBusPath("/none"))));
            new TreeMap<>(units)
                    .forEach((name, unit) ->
                            entries.add(new UnitEntry(name, "loaded", unit.activeState, new DBusPath(unit.path))));
            return entries;
        }

        @Override
        public List<UnitEntry> ListUnitsByNames(List<String> names) {
            List<UnitEntry> entries = new ArrayList<>();
            for (String name : names) {
                Unit unit = units.get(name);
                entries.add(
                        unit == null
                                ? new UnitEntry(name, "not-found", "inactive", new DBusPath("/none"))
                                : new UnitEntry(name, "loaded", unit.activeState, new DBusPath(unit.path)));
            }
            return entries;
        }

        @Override
        public String getObjectPath() {
            return "/org/freedesktop/systemd1";
        }
    }

    /** Adds or replaces a unit with properties of systemd's types. */
    public void add(String name, String activeState, Map<String, Object> properties) throws Exception {
        String path = "/org/freedesktop/systemd1/unit/" + name.replaceAll("[^a-z]", "_");
        Unit unit = new Unit(path, activeState, properties);
        if (units.put(name, unit) != null) {
            connection.unExportObject(path);
        }
        connection.exportObject(path, unit);
    }

    /** Adds an active unit that is in the lists and has no properties. */
    public void list(String name) {
        units.put(name, new Unit("/org/freedesktop/systemd1/unit/listed", "active", Map.of()));
    }

    @Override
    public void close() {
        connection.disconnect();
    }
}
