package io.bev.avatar.common;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.util.Set;

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

    /** A file can be larger than expected, or a device without an end. */
    @ArchTest
    static final ArchRule FILES_ARE_READ_WITH_A_LIMIT = noClasses()
            .that()
            .resideOutsideOfPackage("io.bev.avatar.common.io")
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "it reads a whole file; use BoundedFiles",
                    call -> call.getTargetOwner().isEquivalentTo(Files.class)
                            && Set.of("readString", "readAllBytes", "readAllLines", "lines", "newBufferedReader")
                                    .contains(call.getName())));

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
