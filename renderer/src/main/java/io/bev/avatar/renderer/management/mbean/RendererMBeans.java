package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.common.http.ConnectionTable;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.renderer.expression.NotedUpdates;
import io.bev.avatar.renderer.frame.FrameStats;
import io.bev.avatar.renderer.speech.SpeechControl;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.renderer.timeline.Timeline;
import io.bev.avatar.splat.raster.cuda.CudaDevice;
import io.bev.avatar.splat.raster.cuda.CudaDevices;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The MBeans of domain {@value #DOMAIN}, registered until closed. */
public final class RendererMBeans implements AutoCloseable {

    public static final String DOMAIN = "bev.avatar";

    private static final Logger LOG = LoggerFactory.getLogger(RendererMBeans.class);

    private final MBeanServer server;
    private final List<ObjectName> registered = new ArrayList<>();

    /** @throws IllegalStateException when one of the names is already registered; no MBean remains registered */
    public RendererMBeans(MBeanServer server, Parts parts) {
        this.server = server;
        try {
            ObjectName renderer = name("type=Renderer");
            add(renderer, new RendererBean(parts.renderer(), parts.timeline(), renderer), RendererMXBean.class);
            add(name("type=Frames"), new FramesBean(parts.renderer(), parts.stats()), FramesMXBean.class);
            add(name("type=Avatar"), new AvatarBean(parts.store(), parts.updates()), AvatarMXBean.class);
            add(name("type=Model"), new ModelBean(parts.renderer()), ModelMXBean.class);
            add(name("type=State"), new StateBean(parts.store()), StateMXBean.class);
            add(name("type=Logging"), new LoggingBean(LoggingSystem.ofProcess()), LoggingMXBean.class);
            add(name("type=Stream"), new StreamBean(parts.hub()), StreamMXBean.class);
            if (parts.speech().isPresent()) {
                add(name("type=Speech"), new SpeechBean(parts.speech().get()), SpeechMXBean.class);
            }
            for (Map.Entry<String, ConnectionTable> listener : parts.listeners().entrySet()) {
                add(
                        name("type=Connections,listener=" + listener.getKey()),
                        new ConnectionsBean(listener.getValue()),
                        ConnectionsMXBean.class);
            }
            add(name("type=Gpus"), new GpusBean(parts.devices(), parts.gpu(), parts.metricsUrl()), GpusMXBean.class);
            for (CudaDevice device : parts.devices().devices()) {
                add(
                        name("type=Gpu,device=" + device.index()),
                        new GpuBean(
                                device,
                                parts.gpuMemoryFraction(),
                                parts.gpu().filter(gpu -> gpu.device() == device.index())),
                        GpuMXBean.class);
            }
        } catch (JMException e) {
            close();
            throw new IllegalStateException("MBeans of " + DOMAIN + ": " + e.getMessage(), e);
        }
    }

    /**
     * Components exposed by the MBeans.
     *
     * @param updates performs the updates of the operations
     * @param timeline source of notifications
     * @param metricsUrl address of the exporter's metrics, if known
     * @param speech empty if the avatar cannot speak
     * @param listeners connections by name of the listener
     */
    public record Parts(
            RendererControl renderer,
            FrameStats stats,
            StateStore store,
            NotedUpdates updates,
            Timeline timeline,
            FrameHub hub,
            Optional<SpeechControl> speech,
            Map<String, ConnectionTable> listeners,
            CudaDevices devices,
            double gpuMemoryFraction,
            Optional<GpuInUse> gpu,
            Optional<URI> metricsUrl,
            Clock clock) {
        public Parts {
            listeners = Map.copyOf(listeners);
        }
    }

    private static ObjectName name(String properties) throws MalformedObjectNameException {
        return new ObjectName(DOMAIN + ":" + properties);
    }

    private <T> void add(ObjectName name, T bean, Class<T> type) throws JMException {
        server.registerMBean(new DescribedMBean(bean, type), name);
        registered.add(name);
    }

    @Override
    public void close() {
        for (ObjectName name : registered) {
            try {
                server.unregisterMBean(name);
            } catch (InstanceNotFoundException e) {
                LOG.debug("{} was already unregistered", name);
            } catch (JMException e) {
                LOG.warn("{}: cannot be unregistered: {}", name, e.getMessage());
            }
        }
        registered.clear();
    }
}
