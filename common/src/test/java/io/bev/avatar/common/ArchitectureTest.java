package io.bev.avatar.common;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.bev.avatar.common", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule NATIVE_CALLS_STAY_WITH_THEIR_USERS = noClasses()
            .that()
            .resideOutsideOfPackages("io.bev.avatar.common.process", "io.bev.avatar.common.systemd")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule LETTUCE_STAYS_WITH_REDIS = noClasses()
            .that()
            .resideOutsideOfPackage("io.bev.avatar.common.redis")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.lettuce..");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.bev.avatar.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule DAEMON_THREADS_COME_FROM_ONE_FACTORY = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.bev.avatar.common.concurrent.DaemonThreads")
            .should()
            .callMethod(Thread.class, "setDaemon", boolean.class);
}
