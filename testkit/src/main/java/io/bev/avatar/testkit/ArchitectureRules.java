package io.bev.avatar.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Architecture rules of every module, for {@code ArchTests.in}. */
public final class ArchitectureRules {

    @ArchTest
    public static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.bev.avatar.(**)").should().beFreeOfCycles();

    @ArchTest
    public static final ArchRule DAEMON_THREADS_COME_FROM_ONE_FACTORY = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.bev.avatar.common.concurrent.DaemonThreads")
            .should()
            .callMethod(Thread.class, "setDaemon", boolean.class);

    private ArchitectureRules() {}
}
