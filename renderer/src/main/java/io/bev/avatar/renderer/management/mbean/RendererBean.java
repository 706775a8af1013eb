package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.timeline.Timeline;
import io.bev.avatar.renderer.timeline.TimelineEvent;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import javax.management.AttributeChangeNotification;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * Lifecycle of the renderer; emits an {@link AttributeChangeNotification} at each state change, and a notification of type {@code
 * bev.avatar.KIND} when the backend changes, Redis is lost or back, a model is loaded, or an alert begins or ends.
 */
final class RendererBean extends NotificationBroadcasterSupport implements RendererMXBean {

    private static final Set<TimelineEvent.Kind> NOTIFIED = Collections.unmodifiableSet(EnumSet.of(
            TimelineEvent.Kind.BACKEND, TimelineEvent.Kind.REDIS, TimelineEvent.Kind.MODEL, TimelineEvent.Kind.ALERT));

    private final RendererControl renderer;
    private final DeadlockDetector deadlocks =
            new DeadlockDetector(ManagementFactory.getThreadMXBean(), Ticker.system());

    RendererBean(RendererControl renderer, Timeline timeline, ObjectName name) {
        super(
                new MBeanNotificationInfo(
                        new String[] {AttributeChangeNotification.ATTRIBUTE_CHANGE},
                        AttributeChangeNotification.class.getName(),
                        "The state of the renderer has changed; the message states the reason"),
                new MBeanNotificationInfo(
                        NOTIFIED.stream().map(RendererBean::type).toArray(String[]::new),
                        Notification.class.getName(),
                        "The backend changed, Redis was lost or is back, a model was loaded, or an alert began or ended; the"
                                + " message states which, the user data is info, warning or critical"));
        this.renderer = renderer;
        timeline.onEvent(event -> {
            if (NOTIFIED.contains(event.kind())) {
                sendNotification(notification(name, event));
            }
        });
        renderer.lifecycle().onChange(change -> sendNotification(notification(name, change)));
    }

    private static String type(TimelineEvent.Kind kind) {
        return RendererMBeans.DOMAIN + "." + kind.label();
    }

    private static Notification notification(ObjectName name, TimelineEvent event) {
        Notification notification = new Notification(
                type(event.kind()),
                name,
                event.number(),
                event.at().toEpochMilli(),
                event.detail().isEmpty() ? event.title() : event.title() + ": " + event.detail());
        notification.setUserData(event.level().label());
        return notification;
    }

    private static AttributeChangeNotification notification(ObjectName name, Lifecycle.Change change) {
        return new AttributeChangeNotification(
                name,
                change.number(),
                change.at().toEpochMilli(),
                change.reason().isEmpty() ? "state is now " + change.to() : change.reason(),
                "State",
                String.class.getName(),
                change.from().name(),
                change.to().name());
    }

    @Override
    public String getState() {
        return renderer.lifecycle().state().name();
    }

    @Override
    public String getStateSince() {
        return renderer.lifecycle().status().since().toString();
    }

    @Override
    public String getStateReason() {
        return renderer.lifecycle().status().reason();
    }

    @Override
    public String[] getDegradedReasons() {
        return renderer.degradedReasons().toArray(String[]::new);
    }

    @Override
    public String getStartTime() {
        return renderer.startTime().toString();
    }

    @Override
    public double getUptimeSeconds() {
        return renderer.uptime().toMillis() / 1000.0;
    }

    @Override
    public String getBackend() {
        return renderer.backend();
    }

    @Override
    public String getBackendReason() {
        return renderer.backendReason();
    }

    @Override
    public long getBackendFallbacks() {
        return renderer.backendFallbacks();
    }

    @Override
    public String getVersion() {
        return renderer.version();
    }

    @Override
    public @Nullable String getLastError() {
        return renderer.lastError().orElse(null);
    }

    @Override
    public boolean isRestartRequested() {
        return renderer.restartRequested();
    }

    @Override
    public Map<String, Long> getRestartsByReason() {
        return renderer.restartsByReason();
    }

    @Override
    public int getDeadlockedThreads() {
        return deadlocks.count();
    }

    @Override
    public void pause() {
        renderer.pause();
    }

    @Override
    public void resume() {
        renderer.resume();
    }

    @Override
    public String reload() {
        return renderer.reload();
    }

    @Override
    public void drain() {
        renderer.drain();
    }

    @Override
    public void restart(String reason) {
        renderer.restart(reason);
    }

    @Override
    public void shutdown() {
        renderer.shutdown();
    }
}
