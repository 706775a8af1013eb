package io.bev.avatar.splat.scene.builtin;

import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.MorphTarget;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Builds the blendshapes: the displacements of single surfels plus jaw and muscles. */
final class MorphBuilder {

    /** Smaller displacements (0.01 mm) are not visible. */
    private static final double MIN_DISPLACEMENT = 1e-5;

    private final SurfelBuilder builder;
    private final FaceMuscles muscles = new FaceMuscles();
    /** Surfels that muscles or the jaw can move. */
    private final int[] soft;

    /** Displacement of a point of a part at weight 1. */
    @FunctionalInterface
    private interface Displacement {
        Vec3 of(Part part, Vec3 p);
    }

    MorphBuilder(SurfelBuilder builder) {
        this.builder = builder;
        Set<Part> still = EnumSet.of(Part.HAIR, Part.CLOTH, Part.EYE, Part.LID);
        List<Surfel> surfels = builder.surfels();
        soft = IntStream.range(0, surfels.size())
                .filter(i -> !still.contains(surfels.get(i).part()))
                .toArray();
    }

    /** All blendshapes; bit-identical for any number of threads. */
    List<MorphTarget> targets() {
        MorphTarget[] targets = new MorphTarget[ArkitBlendshapes.COUNT];
        int lanes = Math.max(1, Runtime.getRuntime().availableProcessors());
        IntStream.range(0, lanes).parallel().forEach(lane -> {
            // One buffer for all targets of a lane: allocating one for each would cost more than filling it.
            double[] dense = new double[3 * builder.surfels().size()];
            for (int t = lane; t < targets.length; t += lanes) {
                targets[t] = target(ArkitBlendshapes.NAMES.get(t), dense);
                Arrays.fill(dense, 0);
            }
        });
        return List.of(targets);
    }

    private MorphTarget target(String name, double[] dense) {
        for (SurfelBuilder.Shift shift : builder.shifts(name)) {
            add(dense, shift.surfel(), shift.delta());
        }
        addJaw(name, dense);
        addMuscles(name, dense);
        return sparse(name, dense);
    }

    private void addJaw(String name, double[] dense) {
        Displacement displacement = switch (name) {
            case "jawOpen" -> Jaw::opened;
            case "jawForward" -> (part, p) -> new Vec3(0, -0.0008, 0.0065).times(Jaw.share(part, p));
            case "jawLeft" -> (part, p) -> new Vec3(0.0085, 0, 0).times(Jaw.share(part, p));
            case "jawRight" -> (part, p) -> new Vec3(-0.0085, 0, 0).times(Jaw.share(part, p));
            case "mouthClose" -> Jaw::lipsClosed;
            case "mouthLeft" -> (part, p) -> Jaw.mouthAside(part, p, 0.009);
            case "mouthRight" -> (part, p) -> Jaw.mouthAside(part, p, -0.009);
            default -> null;
        };
        if (displacement != null) {
            for (int i : soft) {
                Surfel s = builder.surfels().get(i);
                add(dense, i, displacement.of(s.part(), s.position()));
            }
        }
    }

    private void addMuscles(String name, double[] dense) {
        for (Pull pull : muscles.of(name)) {
            addPull(pull, Side.LEFT, dense);
            if (pull.centre().x() > 0) {
                addPull(pull, Side.RIGHT, dense);
            }
        }
        for (Side side : Side.values()) {
            if (name.endsWith(side.target(""))) {
                String stem = name.substring(0, name.length() - side.target("").length());
                muscles.of(stem).forEach(pull -> addPull(pull, side, dense));
            }
        }
    }

    private void addPull(Pull pull, Side side, double[] dense) {
        List<Surfel> surfels = builder.surfels();
        for (int i : soft) {
            Surfel s = surfels.get(i);
            // Most surfels are out of reach, which one coordinate already shows.
            if (Math.abs(s.position().y() - pull.centre().y())
                    > Pull.CUTOFF * pull.reach().y()) {
                continue;
            }
            Vec3 p = side.of(s.position());
            double share = pull.share(s.part(), p);
            share = share > 0 && s.part() == Part.SKIN ? share * Eyelids.slack(p) : share;
            if (share > 0) {
                double half = pull.sided() ? Curves.smooth(-0.012, 0.010, p.x()) : 1;
                add(dense, i, side.of(pull.delta()).times(share * half));
            }
        }
    }

    private static void add(double[] dense, int i, Vec3 delta) {
        dense[3 * i] += delta.x();
        dense[3 * i + 1] += delta.y();
        dense[3 * i + 2] += delta.z();
    }

    private static MorphTarget sparse(String name, double[] dense) {
        int count = dense.length / 3;
        int moving = 0;
        for (int i = 0; i < count; i++) {
            moving += moves(dense, i) ? 1 : 0;
        }
        int[] indices = new int[moving];
        float[] deltas = new float[3 * moving];
        int n = 0;
        for (int i = 0; i < count; i++) {
            if (moves(dense, i)) {
                indices[n] = i;
                deltas[3 * n] = (float) dense[3 * i];
                deltas[3 * n + 1] = (float) dense[3 * i + 1];
                deltas[3 * n + 2] = (float) dense[3 * i + 2];
                n++;
            }
        }
        return new MorphTarget(name, indices, deltas);
    }

    private static boolean moves(double[] dense, int i) {
        double x = dense[3 * i];
        double y = dense[3 * i + 1];
        double z = dense[3 * i + 2];
        return x * x + y * y + z * z > MIN_DISPLACEMENT * MIN_DISPLACEMENT;
    }
}
