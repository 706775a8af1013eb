package io.bev.avatar.launcher;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.bev.avatar.launcher", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

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
