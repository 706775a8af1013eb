package io.bev.avatar.exporter.collector.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessCgroupTest {

    private static final String ID = "4f7d9c1e0b2a3847566574839201aabbccddeeff00112233445566778899aabb";
    private static final String OTHER = "00".repeat(32);
    private static final String UID = "0a1b2c3d-1111-2222-3333-444455556666";

    private static ProcessCgroup parse(String text) {
        return ProcessCgroup.parse(text.replace("UID_", UID.replace('-', '_'))
                .replace("UID", UID)
                .replace("ID", ID)
                .replace("OTHER", OTHER));
    }

    /** Paths of a container in no pod: cgroup v2, then v1, of each runtime and driver. */
    @ParameterizedTest
    @CsvSource({
        "0::/system.slice/docker-ID.scope",
        "0::/docker/ID",
        "12:memory:/docker/ID",
        "1:name=systemd:/system.slice/docker-ID.scope",
        "0::/../../docker-ID.scope",
        "0::/system.slice/docker-ID.scope/init.scope",
        "0::/system.slice/docker-ID.scope/system.slice/inner.service",
        "0::/docker/OTHER/docker/ID",
        "0::/machine.slice/libpod-ID.scope",
        "0::/machine.slice/libpod-ID.scope/container",
        "0::/libpod_parent/libpod-ID",
        "0::/system.slice/nerdctl-ID.scope",
        "0::/default/ID",
        "0::/system.slice/docker-ID.scope (deleted)",
        "4:pids:/ecs/task/ID",
    })
    void container_isFoundByItsId(String line) {
        assertThat(parse(line + "\n")).isEqualTo(new ProcessCgroup("", ID, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUID_.slice/cri-containerd-ID.scope",
        "0::/kubepods.slice/kubepods-podUID_.slice/crio-ID.scope",
        "0::/kubepods.slice/kubepods-podUID_.slice/crio-ID.scope/container",
        "0::/kubepods/besteffort/podUID/ID",
        "0::/kubepods/podUID/ID",
        "11:devices:/kubepods/burstable/podUID/ID",
        "1:name=systemd:/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podUID_.slice/docker-ID.scope",
        "0::/kubelet/kubepods/burstable/podUID/ID",
    })
    void pod_isFoundByItsUid(String line) {
        assertThat(parse(line + "\n")).isEqualTo(new ProcessCgroup("", ID, UID));
    }

    @Test
    void containerdWithMixedDrivers_isBelowItsOwnService() {
        assertThat(parse("0::/system.slice/containerd.service/kubepods-burstable-podUID_.slice:cri-containerd:ID\n"))
                .isEqualTo(new ProcessCgroup("containerd.service", ID, UID));
    }

    @Test
    void staticPod_hasUidWithoutHyphens() {
        String uid = "0123456789abcdef0123456789abcdef";
        assertThat(parse("0::/kubepods/burstable/pod" + uid + "/ID\n")).isEqualTo(new ProcessCgroup("", ID, uid));
    }

    @Test
    void kubernetesInDocker_innermostContainer() {
        assertThat(parse("0::/docker/" + OTHER + "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-podUID_.slice"
                        + "/cri-containerd-ID.scope\n"))
                .isEqualTo(new ProcessCgroup("", ID, UID));
    }

    @ParameterizedTest
    @CsvSource({
        "0::/machine.slice/machine-libpod_pod_OTHER.slice/libpod-ID.scope/container",
        "0::/libpod_parent/OTHER/libpod-ID",
    })
    void podmanPod_isFoundByItsId(String line) {
        assertThat(parse(line)).isEqualTo(new ProcessCgroup("", ID, OTHER));
    }

    @Test
    void rootlessAndServiceContainers_keepTheUnitThatStartedThem() {
        assertThat(parse("0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope/container"))
                .isEqualTo(new ProcessCgroup("user@1000.service", ID, ""));
        assertThat(parse("0::/system.slice/render.service/libpod-payload-ID"))
                .isEqualTo(new ProcessCgroup("render.service", ID, ""));
    }

    @Test
    void fargateTask_hasShortId() {
        String id = "0123456789abcdef0123456789abcdef-1234567890";
        assertThat(parse("9:perf_event:/ecs/0123456789abcdef0123456789abcdef/" + id))
                .isEqualTo(new ProcessCgroup("", id, ""));
    }

    @Test
    void unit_isInnermost_ofSystemdsHierarchy() {
        assertThat(parse("0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-u7.scope\n"))
                .isEqualTo(new ProcessCgroup("run-u7.scope", "", ""));
        assertThat(parse("5:memory:/system.slice/other.service\n1:name=systemd:/system.slice/own.service\n0::/\n"))
                .isEqualTo(new ProcessCgroup("own.service", "", ""));
    }

    @Test
    void noContainer_monitorShortIdAndOddLines() {
        assertThat(parse("0::/machine.slice/libpod-conmon-ID.scope"))
                .isEqualTo(new ProcessCgroup("libpod-conmon-" + ID + ".scope", "", ""));
        for (String line : new String[] {"", "\n", "0::", "0::/", "0:/", "garbage", "0::/docker/4f7d", "1:a:b:c:d"}) {
            assertThat(parse(line)).as(line).isEqualTo(ProcessCgroup.NONE);
        }
    }
}
