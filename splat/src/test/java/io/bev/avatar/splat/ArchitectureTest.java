package io.bev.avatar.splat;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import io.bev.avatar.testkit.ArchitectureRules;

@AnalyzeClasses(packages = ArchitectureTest.SPLAT, importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    static final String SPLAT = "io.bev.avatar.splat";

    @ArchTest
    static final ArchRule FILES_ARE_READ_WITH_A_LIMIT = ArchitectureRules.filesAreReadWithALimit();

    @ArchTest
    static final ArchTests SHARED = ArchTests.in(ArchitectureRules.class);

    @ArchTest
    static final ArchRule JCUDA_IS_FENCED = noClasses()
            .that()
            .resideOutsideOfPackage(SPLAT + ".raster.cuda")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jcuda..");

    @ArchTest
    static final ArchRule JNA_IS_FENCED = noClasses()
            .that()
            .resideOutsideOfPackage(SPLAT + ".raster.cuda")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule RENDERING_KNOWS_NO_SERVICE = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.bev.avatar.common.config..", "io.bev.avatar.common.log..", "io.lettuce..", "io.netty..");
}
