package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Files of other kinds, for messages that name what they are and how to convert them. */
final class OtherFiles {

    private static final String SPLAT_TRANSFORM = "convert it with 'npx @playcanvas/splat-transform FILE avatar.ply'";
    private static final String TRAIN = "it has no Gaussians: train a 3D Gaussian splatting model and export its .ply";
    private static final String UNPACK = "unpack it and set the model to the file inside";

    /**
     * @param start its first bytes, or empty
     * @param ending of its name, or empty
     */
    private record Kind(String start, String ending, String name, String remedy) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("", ".lcc", "a scene of XGRIDS", SPLAT_TRANSFORM),
            new Kind("", ".lcc2", "a scene of XGRIDS", SPLAT_TRANSFORM),
            new Kind("7z", "", "a 7-Zip archive", UNPACK),
            new Kind("Rar!", "", "a RAR archive", UNPACK),
            new Kind("(\u00b5/\u00fd", "", "a Zstandard file", UNPACK),
            new Kind("\u00fd7zXZ", "", "an XZ file", UNPACK),
            new Kind("BZh", "", "a bzip2 file", UNPACK),
            new Kind("", ".tar", "a tar archive", UNPACK),
            new Kind("\u0089PNG", "", "a PNG image", TRAIN),
            new Kind("\u00ff\u00d8", "", "a JPEG image", TRAIN),
            new Kind("RIFF", "", "a WebP image or another RIFF file", "set the model to the meta.json beside it"),
            new Kind("\u0000\u0000\u0000", ".mp4", "a video", TRAIN),
            new Kind("\u0000\u0000\u0000", ".mov", "a video", TRAIN),
            new Kind("solid", "", "an STL mesh", TRAIN),
            new Kind("", ".stl", "an STL mesh", TRAIN),
            new Kind("", ".obj", "an OBJ mesh", TRAIN),
            new Kind("Kaydara FBX", "", "an FBX mesh", TRAIN),
            new Kind("LASF", "", "a LAS point cloud", TRAIN),
            new Kind("ASTM-E57", "", "an E57 point cloud", TRAIN),
            new Kind("# .PCD", "", "a PCD point cloud", TRAIN),
            new Kind("PXR-USDC", "", "a USD scene", "export the Gaussians as .ply"),
            new Kind("#usda", "", "a USD scene", "export the Gaussians as .ply"),
            new Kind("<", "", "HTML or XML, perhaps an error page", "download the file again"),
            new Kind("version https://git-lfs", "", "a pointer of Git LFS", "run git lfs pull"),
            new Kind("\u0080", "", "a Python pickle or checkpoint", "export the Gaussians as .ply"),
            new Kind("\u0093NUMPY", "", "a NumPy array", "export the Gaussians as .ply"),
            new Kind("{", "", "a JSON file", "set the model to the meta.json of a SOG or to a .gltf with Gaussians"));

    private OtherFiles() {}

    /**
     * The error for a file of no supported format.
     *
     * @param name its name in lower case
     * @param start its first bytes
     */
    static AvatarFormatException unknown(Reading reading, String name, byte[] start) {
        String text = new String(start, StandardCharsets.ISO_8859_1);
        for (Kind kind : KINDS) {
            if (text.startsWith(kind.start) && name.endsWith(kind.ending)) {
                return reading.bad(AvatarLoader.FORMATS, kind.name, kind.remedy);
            }
        }
        return reading.bad(
                AvatarLoader.FORMATS, "an unknown format", "set the model to a file in one of these formats");
    }
}
