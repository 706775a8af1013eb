package io.bev.avatar.splat.scene.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlyReaderTest {

    private static final float C0 = GaussianCloud.SH_C0;

    @Test
    void read_storedForms_becomeLinearOnes() throws IOException {
        GaussianCloud cloud = read(PlyFile.ofDegree(0)
                .vertex()
                .vertex(
                        "x",
                        1,
                        "y",
                        2,
                        "z",
                        3,
                        "f_dc_0",
                        1,
                        "f_dc_1",
                        -1,
                        "f_dc_2",
                        0.5,
                        "opacity",
                        Math.log(3),
                        "scale_0",
                        Math.log(0.1),
                        "scale_1",
                        Math.log(0.2),
                        "scale_2",
                        Math.log(0.3),
                        "rot_0",
                        0,
                        "rot_2",
                        2)
                .bytes());

        assertThat(cloud.count()).isEqualTo(2);
        assertThat(cloud.shDegree()).isZero();
        assertThat(new float[] {cloud.x[1], cloud.y[1], cloud.z[1]}).containsExactly(1, 2, 3);
        assertThat(cloud.red[1]).isCloseTo(0.5f + C0, within(1e-6f));
        assertThat(cloud.green[1]).isCloseTo(0.5f - C0, within(1e-6f));
        assertThat(cloud.blue[1]).isCloseTo(0.5f + C0 / 2, within(1e-6f));
        assertThat(cloud.opacity[1]).isCloseTo(0.75f, within(1e-6f));
        assertThat(cloud.scaleX[1]).isCloseTo(0.1f, within(1e-6f));
        assertThat(cloud.scaleY[1]).isCloseTo(0.2f, within(1e-6f));
        assertThat(cloud.scaleZ[1]).isCloseTo(0.3f, within(1e-6f));
        assertThat(cloud.rotationY[1]).isEqualTo(1);
        assertThat(cloud.rotationW[1]).isZero();
        assertThat(cloud.rotationW[0]).isEqualTo(1);
        assertThat(cloud.opacity[0]).isEqualTo(0.5f);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,9", "2,24", "3,45"})
    void read_coefficients_keepTheirOrderAndDefineTheDegree(int degree, int count) throws IOException {
        PlyFile file = PlyFile.ofDegree(degree);
        Object[] values = new Object[2 * count];
        float[] expected = new float[count];
        for (int i = 0; i < count; i++) {
            values[2 * i] = "f_rest_" + i;
            values[2 * i + 1] = i + 1;
            expected[i] = i + 1f;
        }

        GaussianCloud cloud = read(file.vertex(values).bytes());

        assertThat(cloud.shDegree()).isEqualTo(degree);
        assertThat(Harmonics.of(cloud)).containsExactly(expected);
    }

    @Test
    void read_directColour_isNotAHarmonic() throws IOException {
        byte[] file = PlyFile.ofDegree(0).vertex("f_dc_0", 0.25).bytes();

        GaussianCloud cloud = PlyReader.read(
                Reading.of("a.ply"), new ByteArrayInputStream(file), file.length, PlyReader.Colour.DIRECT);

        assertThat(cloud.red[0]).isEqualTo(0.25f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"binary_little_endian", "binary_big_endian"})
    void read_extraPropertiesAndOtherTypes_areSkipped(String format) throws IOException {
        byte[] file = new PlyFile()
                .format(format)
                .property("int", "binding_0")
                .property("double", "z")
                .property("uchar", "flag")
                .property("float32", "x")
                .property("float64", "y")
                .property("float", "f_dc_0")
                .property("float", "f_dc_1")
                .property("float", "f_dc_2")
                .property("float", "scale_0")
                .property("float", "scale_1")
                .property("float", "scale_2")
                .property("float", "rot_3")
                .property("float", "rot_2")
                .property("float", "rot_1")
                .property("float", "rot_0")
                .property("float", "opacity")
                .vertex("binding_0", 7, "x", 1, "y", 2, "z", 3)
                .vertex("x", 4, "flag", 200, "y", 5, "z", 6)
                .bytes();

        GaussianCloud cloud = read(file);

        assertThat(cloud.x).containsExactly(1, 4);
        assertThat(cloud.y).containsExactly(2, 5);
        assertThat(cloud.z).containsExactly(3, 6);
        assertThat(cloud.rotationW).containsExactly(1, 1);
    }

    @Test
    void read_elementBeforeVertices_isSkipped() throws IOException {
        byte[] file = PlyFile.ofDegree(0)
                .elementBefore(new byte[6], "element note 2", "property uchar a", "property short b")
                .vertex("x", 9)
                .bytes();

        assertThat(read(file).x).containsExactly(9);
    }

    @Test
    void read_infiniteLogit_isFullOpacity() throws IOException {
        GaussianCloud cloud = read(PlyFile.ofDegree(0)
                .vertex("opacity", Double.POSITIVE_INFINITY)
                .vertex("opacity", Double.NEGATIVE_INFINITY)
                .bytes());

        assertThat(cloud.opacity).containsExactly(1, 0);
    }

    @Test
    void read_manyVertices_crossBlockBorders() throws IOException {
        PlyFile file = PlyFile.ofDegree(0);
        int count = 5000;
        for (int i = 0; i < count; i++) {
            file.vertex("x", i);
        }

        GaussianCloud cloud = read(file.bytes());

        for (int i = 0; i < count; i++) {
            assertThat(cloud.x[i]).isEqualTo(i);
        }
    }

    @Test
    void read_missingLastByte_isReported() {
        byte[] file = PlyFile.ofDegree(0).vertex().vertex().bytes();
        byte[] cut = Arrays.copyOf(file, file.length - 1);

        assertThatThrownBy(() -> read(cut))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("2 vertices")
                .hasMessageContaining((file.length - 1) + " bytes")
                .hasMessageContaining("truncated");
    }

    @Test
    void read_fileShrinksWhileRead_reportsThePosition() {
        byte[] file = PlyFile.ofDegree(0).vertex().vertex().bytes();
        byte[] cut = Arrays.copyOf(file, file.length - 1);

        assertThatThrownBy(() -> PlyReader.read(
                        Reading.of("a.ply"), new ByteArrayInputStream(cut), file.length, PlyReader.Colour.HARMONIC))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("found the end of the file after 1 vertices");
    }

    @Test
    void read_headerWithoutEnd_isReported() {
        byte[] file = PlyFile.ofDegree(0).vertex().bytes();

        assertThatThrownBy(() -> read(Arrays.copyOf(file, 100)))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("end_header");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "scale_1", "rot_3", "f_dc_2", "opacity", "f_rest_4"})
    void read_notANumber_namesPropertyAndGaussian(String property) {
        byte[] file = PlyFile.ofDegree(1).vertex().vertex(property, Double.NaN).bytes();

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining(property)
                .hasMessageContaining("NaN in Gaussian 1");
    }

    @Test
    void read_pointCloud_namesTheMissingProperties() {
        byte[] file = new PlyFile()
                .property("float", "x")
                .property("float", "y")
                .property("float", "z")
                .vertex()
                .bytes();

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("no f_dc_0, f_dc_1")
                .hasMessageContaining("point cloud");
    }

    @Test
    void read_integerWhereRealIsNeeded_isRejected() {
        byte[] file = PlyFile.ofDegree(0).property("uchar", "opacity").vertex().bytes();

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("float or double as type of opacity, found UINT8");
    }

    @Test
    void read_oddNumberOfCoefficients_isRejected() {
        byte[] file = PlyFile.ofDegree(1).without("f_rest_8").vertex().bytes();

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("0, 9, 24, 45 or 72")
                .hasMessageContaining("8 of them");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100_000_000L, 99_999_999_999L})
    void read_implausibleCount_isRejectedBeforeAllocation(long count) {
        byte[] file = PlyFile.ofDegree(0).declaring(count).vertex().bytes();

        assertThatThrownBy(() -> PlyReader.read(
                        Reading.of("a.ply"), new ByteArrayInputStream(file), Long.MAX_VALUE, PlyReader.Colour.HARMONIC))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining(count + " declared");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "binary_middle_endian"})
    void read_unknownFormat_isRejected(String format) {
        byte[] file = PlyFile.ofDegree(0).format(format).vertex().bytes();

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("format " + format);
    }

    @Test
    void read_meshWithLists_isRejected() {
        byte[] file = PlyFile.ofDegree(0)
                .elementBefore(new byte[0], "element face 1", "property list uchar int vertex_indices")
                .vertex()
                .bytes();

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("lists in face");
    }

    private static GaussianCloud read(byte[] file) throws IOException {
        return PlyReader.read(
                Reading.of("a.ply"), new ByteArrayInputStream(file), file.length, PlyReader.Colour.HARMONIC);
    }
}
