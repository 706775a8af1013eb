package io.bev.avatar.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.util.Set;

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

    private static final Set<String> WHOLE_FILE_READS =
            Set.of("readString", "readAllBytes", "readAllLines", "lines", "newBufferedReader");

    private ArchitectureRules() {}

    /** A file can be larger than expected, or a device without an end; for the modules of services. */
    public static ArchRule filesAreReadWithALimit() {
        return noClasses()
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "it reads a whole file; use BoundedFiles",
                        call -> call.getTargetOwner().isEquivalentTo(Files.class)
                                && WHOLE_FILE_READS.contains(call.getName())));
    }
}
