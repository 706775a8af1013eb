package io.bev.avatar.common.systemd;

import java.util.List;

/** Names of the avatar's systemd units. */
public final class AvatarUnits {

    public static final String RENDERER = "bev-advanced-avatar.service";
    public static final String EXPORTER = "bev-avatar-exporter.service";

    /** Applies GPU settings as root. */
    public static final String GPU_SETUP = "bev-avatar-gpu.service";

    /** The services of one host. */
    public static final List<String> ALL = List.of(RENDERER, EXPORTER, GPU_SETUP);

    private AvatarUnits() {}
}
