package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.Framings;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.Rig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Reads an avatar of the Large Avatar Model: a zip with {@code offset.ply} and {@code skin.glb} in one directory.
 *
 * <p>Gaussian i of the .ply belongs to vertex i of the mesh: its centre is the vertex plus the stored offset, its
 * colour is direct RGB. The cloud is moved so that the mean of its centres is the origin; y is up and the face looks
 * along +z.
 */
public final class LamBundleReader {

    private static final int MAX_ENTRIES = 10_000;
    private static final long MAX_PART_BYTES = 256L << 20;
    /** Maximum compression ratio. Float data hardly compresses; real bundles stay below 3. */
    private static final long MAX_COMPRESSION = 200;

    private static final String OFFSETS = "offset.ply";
    private static final String SKIN = "skin.glb";

    private final String source;

    private LamBundleReader(String source) {
        this.source = source;
    }

    /** @throws AvatarFormatException if the file is not such a bundle */
    public static Avatar read(Path file) throws IOException {
        return new LamBundleReader(file.toString()).open(file);
    }

    private Avatar open(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry offsets = entry(zip, OFFSETS);
            ZipEntry skin = sibling(zip, offsets);
            byte[] ply = content(zip, offsets);
            String part = source + "!" + offsets.getName();
            GaussianCloud cloud =
                    PlyReader.read(part, new ByteArrayInputStream(ply), ply.length, PlyReader.Colour.DIRECT);
            GlbRigReader rig =
                    new GlbRigReader(Glb.parse(source + "!" + skin.getName(), content(zip, skin)), cloud.count());
            double[] centre = addAndCentre(cloud, rig.positions());
            Rig moved = rig.rig(centre);
            return new Avatar(source, cloud, Optional.of(moved), Framings.portrait(cloud));
        } catch (ZipException e) {
            throw new AvatarFormatException(
                    source,
                    "a readable zip file",
                    String.valueOf(e.getMessage()),
                    "the file is damaged or truncated: copy or download it again",
                    e);
        }
    }

    private ZipEntry entry(ZipFile zip, String name) throws AvatarFormatException {
        if (zip.size() > MAX_ENTRIES) {
            throw bad("a bundle of at most " + MAX_ENTRIES + " entries", zip.size() + " of them");
        }
        List<ZipEntry> found = new ArrayList<>();
        for (ZipEntry entry : Collections.list(zip.entries())) {
            if (!entry.isDirectory()
                    && !isResourceFork(entry.getName())
                    && baseName(entry).equals(name)) {
                found.add(entry);
            }
        }
        if (found.size() != 1) {
            throw bad("one " + name + " in the bundle", found.isEmpty() ? "none" : found.size() + " of them");
        }
        return found.get(0);
    }

    private ZipEntry sibling(ZipFile zip, ZipEntry offsets) throws AvatarFormatException {
        ZipEntry skin = entry(zip, SKIN);
        if (!directory(skin).equals(directory(offsets))) {
            throw bad(SKIN + " in the same directory as " + offsets.getName(), skin.getName());
        }
        return skin;
    }

    /** macOS archives contain a resource fork for each file: {@code __MACOSX/directory/._name}. */
    private static boolean isResourceFork(String name) {
        return name.startsWith("__MACOSX/") || name.contains("/__MACOSX/");
    }

    private static String baseName(ZipEntry entry) {
        return entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
    }

    private static String directory(ZipEntry entry) {
        return entry.getName().substring(0, entry.getName().lastIndexOf('/') + 1);
    }

    /** The whole entry. The sizes declared in a zip are untrusted, so the decompressed bytes are counted. */
    private byte[] content(ZipFile zip, ZipEntry entry) throws IOException {
        long packed = Math.max(1, entry.getCompressedSize());
        long bound = Math.min(MAX_PART_BYTES, packed * MAX_COMPRESSION);
        String part = source + "!" + entry.getName();
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) bound + 1);
            if (bytes.length > bound) {
                throw new AvatarFormatException(
                        part,
                        "at most " + bound + " bytes",
                        "more, from " + packed + " compressed bytes",
                        "this is not an avatar: use a bundle from a trusted source");
            }
            return bytes;
        } catch (ZipException | java.io.EOFException e) {
            throw new AvatarFormatException(
                    part,
                    "intact compressed data",
                    String.valueOf(e.getMessage()),
                    "the file is damaged: copy or download it again",
                    e);
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
