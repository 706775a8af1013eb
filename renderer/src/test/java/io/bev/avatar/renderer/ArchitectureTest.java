package io.bev.avatar.renderer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import io.bev.avatar.testkit.ArchitectureRules;

@AnalyzeClasses(packages = ArchitectureTest.RENDERER, importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    static final String RENDERER = "io.bev.avatar.renderer";

    @ArchTest
    static final ArchRule FILES_ARE_READ_WITH_A_LIMIT = ArchitectureRules.filesAreReadWithALimit();

    @ArchTest
    static final ArchTests SHARED = ArchTests.in(ArchitectureRules.class);

    @ArchTest
    static final ArchRule JNA_IS_FENCED = noClasses()
            .that()
            .resideOutsideOfPackages(RENDERER + ".stream", RENDERER + ".speech")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule LETTUCE_IS_FENCED = noClasses()
            .that()
            .resideOutsideOfPackage(RENDERER + ".state")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.lettuce..");

    @ArchTest
    static final ArchRule JOLOKIA_IS_FENCED = noClasses()
            .that()
            .resideOutsideOfPackage(RENDERER + ".management.jolokia")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.jolokia..");

    @ArchTest
    static final ArchRule STATE_AND_STREAM_DO_NOT_DEPEND_ON_LIFECYCLE = noClasses()
            .that()
            .resideInAnyPackage(RENDERER + ".state..", RENDERER + ".stream..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(RENDERER, RENDERER + ".frame..", RENDERER + ".lifecycle..", RENDERER + ".management..");

    @ArchTest
    static final ArchRule ONLY_THE_ASSEMBLY_USES_CONCRETE_COMPONENTS = classes()
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
                    RENDERER + ".expression..",
                    RENDERER + ".bench..");

    @ArchTest
    static final ArchRule ONLY_MAIN_ENDS_THE_PROCESS = noClasses()
            .that()
            .haveNameNotMatching(".*\\.RendererMain(\\$.*)?")
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class);
}
