package io.bev.avatar.renderer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.bev.avatar", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String RENDERER = "io.bev.avatar.renderer";

    @ArchTest
    static final ArchRule JCUDA_IS_FENCED = noClasses()
            .that()
            .resideOutsideOfPackage(RENDERER + ".raster.cuda")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jcuda..");

    @ArchTest
    static final ArchRule JNA_IS_FENCED = noClasses()
            .that()
            .resideOutsideOfPackages(
                    RENDERER + ".stream",
                    RENDERER + ".raster.cuda",
                    "io.bev.avatar.common.systemd",
                    "io.bev.avatar.common.process")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule LETTUCE_IS_FENCED = noClasses()
            .that()
            .resideOutsideOfPackages(RENDERER + ".state", "io.bev.avatar.common.redis")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.lettuce..");

    @ArchTest
    static final ArchRule JOLOKIA_IS_FENCED = noClasses()
            .that()
            .resideOutsideOfPackage(RENDERER + ".jolokia")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.jolokia..");

    @ArchTest
    static final ArchRule DRAWING_KNOWS_NOTHING_OF_SERVING = noClasses()
            .that()
            .resideInAnyPackage(RENDERER + ".scene..", RENDERER + ".rig..", RENDERER + ".raster..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    RENDERER,
                    RENDERER + ".stream..",
                    RENDERER + ".lifecycle..",
                    RENDERER + ".mbean..",
                    RENDERER + ".jolokia..");

    // The expression controller reads the state's records; nothing else of drawing may know where states come from.
    @ArchTest
    static final ArchRule STATE_STORES_ARE_NOT_FOR_DRAWING = noClasses()
            .that()
            .resideInAnyPackage(RENDERER + ".scene..", RENDERER + ".rig..", RENDERER + ".raster..")
            .should()
            .dependOnClassesThat()
            .haveSimpleNameEndingWith("StateStore");

    @ArchTest
    static final ArchRule STATE_AND_STREAM_KNOW_NO_LIFECYCLE = noClasses()
            .that()
            .resideInAnyPackage(RENDERER + ".state..", RENDERER + ".stream..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(RENDERER, RENDERER + ".lifecycle..", RENDERER + ".mbean..", RENDERER + ".jolokia..");

    @ArchTest
    static final ArchRule ONLY_THE_ASSEMBLY_NAMES_CONCRETE_PARTS = classes()
            .that()
            .haveSimpleName("DurableStateStore")
            .or()
            .haveSimpleName("LatestFrameHub")
            .or()
            .haveSimpleName("StreamServer")
            .or()
            .haveSimpleName("ExpressionController")
            .should()
            .onlyBeAccessed()
            .byClassesThat()
            .resideInAnyPackage(
                    RENDERER,
                    RENDERER + ".state..",
                    RENDERER + ".stream..",
                    RENDERER + ".rig..",
                    RENDERER + ".bench..");

    @ArchTest
    static final ArchRule ONLY_MAIN_ENDS_THE_PROCESS = noClasses()
            .that()
            .haveNameNotMatching(".*\\.RendererMain(\\$.*)?")
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class);

    @ArchTest
    static final ArchRule SERVING_HAS_NO_CYCLES = slices().matching(
                    RENDERER + ".(config|state|stream|lifecycle|mbean|jolokia)..")
            .should()
            .beFreeOfCycles();
}
