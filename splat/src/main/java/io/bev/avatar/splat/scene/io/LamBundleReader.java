package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.Framings;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.Origin;
import io.bev.avatar.splat.scene.Rig;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads an avatar of the Large Avatar Model: a zip with {@code offset.ply} and {@code skin.glb} in one directory, in any
 * case; a name may precede: {@code NAME_offset.ply}.
 *
 * <p>Gaussian i of the .ply belongs to vertex i of the mesh: its centre is the vertex plus the stored offset, its
 * colour is direct RGB. The cloud is moved so that the mean of its centres is the origin; y is up and the face looks
 * along +z.
 */
final class LamBundleReader {

    private static final long MAX_PART_BYTES = 256L << 20;
    /** Maximum compression ratio. Float data hardly compresses; real bundles stay below 3. */
    private static final long MAX_COMPRESSION = 200;

    private static final String OFFSETS = "offset.ply";
    private static final String SKIN = "skin.glb";

    private final String source;
    private final Reading reading;
    private final ZipArchive zip;

    private LamBundleReader(Reading reading, ZipArchive zip) {
        this.source = reading.source();
        this.reading = reading;
        this.zip = zip;
    }

    /** Whether {@code zip} holds such a bundle, perhaps an incomplete one. */
    static boolean fits(ZipArchive zip) {
        return zip.files().stream().anyMatch(entry -> isPart(entry, OFFSETS) || isPart(entry, SKIN));
    }

    private static boolean isPart(ZipArchive.Entry entry, String name) {
        String base = entry.baseName().toLowerCase(Locale.ROOT);
        return base.equals(name) || (base.endsWith("_" + name) && !base.startsWith("._"));
    }

    /** @throws AvatarFormatException if the file is not such a bundle */
    static Avatar read(Reading reading, ZipArchive zip) throws IOException {
        return new LamBundleReader(reading, zip).read();
    }

    private Avatar read() throws IOException {
        ZipArchive.Entry offsets = entry(OFFSETS);
        ZipArchive.Entry skin = sibling(offsets);
        ByteSource ply = content(offsets);
        Reading part = new Reading(ply.name(), reading.memory());
        GaussianCloud cloud;
        try (InputStream in = ply.open(0)) {
            cloud = PlyReader.read(part, in, ply.size(), PlyReader.Colour.DIRECT);
        }
        GlbRigReader rig = new GlbRigReader(Glb.parse(source + "!" + skin.name(), bytes(skin)), cloud.count());
        double[] centre = addAndCentre(cloud, rig.positions());
        Rig moved = rig.rig(centre);
        return new Avatar(source, cloud, Optional.of(moved), Framings.portrait(cloud), Origin.ZERO, part.findings());
    }

    private ZipArchive.Entry entry(String name) throws AvatarFormatException {
        List<ZipArchive.Entry> found =
                zip.files().stream().filter(entry -> isPart(entry, name)).toList();
        if (found.size() != 1) {
            throw bad("one " + name + " in the bundle", found.isEmpty() ? "none" : found.size() + " of them");
        }
        return found.get(0);
    }

    private ZipArchive.Entry sibling(ZipArchive.Entry offsets) throws AvatarFormatException {
        ZipArchive.Entry skin = entry(SKIN);
        if (!skin.directory().equals(offsets.directory())) {
            throw bad(SKIN + " in the same directory as " + offsets.name(), skin.name());
        }
        return skin;
    }

    private ByteSource content(ZipArchive.Entry entry) throws IOException {
        if (entry.size() > MAX_PART_BYTES) {
            throw new AvatarFormatException(
                    source + "!" + entry.name(),
                    "at most " + MAX_PART_BYTES + " bytes",
                    entry.size() + " bytes",
                    "this is not an avatar: use a bundle from a trusted source");
        }
        return zip.verified(entry, MAX_COMPRESSION);
    }

    private byte[] bytes(ZipArchive.Entry entry) throws IOException {
        ByteSource content = content(entry);
        try (InputStream in = content.open(0)) {
            return in.readNBytes((int) content.size());
        }
    }

    private static double[] addAndCentre(GaussianCloud cloud, float[] positions) {
        double[] centre = new double[3];
        int n = cloud.count();
        for (int i = 0; i < n; i++) {
            centre[0] += ((double) cloud.x[i] + positions[3 * i]) / n;
            centre[1] += ((double) cloud.y[i] + positions[3 * i + 1]) / n;
            centre[2] += ((double) cloud.z[i] + positions[3 * i + 2]) / n;
        }
        for (int i = 0; i < n; i++) {
            cloud.x[i] = (float) ((double) cloud.x[i] + positions[3 * i] - centre[0]);
            cloud.y[i] = (float) ((double) cloud.y[i] + positions[3 * i + 1] - centre[1]);
            cloud.z[i] = (float) ((double) cloud.z[i] + positions[3 * i + 2] - centre[2]);
        }
        return centre;
    }

    private AvatarFormatException bad(String expected, String found) {
        return new AvatarFormatException(
                source, expected, found, "use a LAM bundle: one directory with " + OFFSETS + " and " + SKIN);
    }
}
