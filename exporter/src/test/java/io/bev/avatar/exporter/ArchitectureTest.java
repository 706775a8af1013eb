package io.bev.avatar.exporter;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import io.bev.avatar.testkit.ArchitectureRules;

/** Dependency rules of the exporter's packages. */
@AnalyzeClasses(packages = "io.bev.avatar.exporter", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule NATIVE_CALLS_STAY_IN_THEIR_PACKAGES = noClasses()
            .that()
            .resideOutsideOfPackages("..nvml.jna..", "..collector.host.jna..", "..check.jna..", "..check.cuda.jna..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule LETTUCE_STAYS_WITH_REDIS_AND_ALERTS = noClasses()
            .that()
            .resideOutsideOfPackages("..exporter.redis..", "..collector.redis..", "..exporter.alert..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..", "io.netty..");

    @ArchTest
    static final ArchRule DBUS_STAYS_WITH_SYSTEMD = noClasses()
            .that()
            .resideOutsideOfPackages("..exporter.systemd..", "..collector.systemd..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.freedesktop..");

    /** OSHI is loaded by these alone, when they are used. */
    @ArchTest
    static final ArchRule OSHI_STAYS_WITH_THE_HOST = noClasses()
            .that()
            .resideOutsideOfPackages("..collector.host..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("oshi..");

    /** Jackson data binding costs the serving process 5 MB; tree access does not need it. */
    @ArchTest
    static final ArchRule DATA_BINDING_STAYS_WITH_COMMANDS = noClasses()
            .that()
            .resideOutsideOfPackages("..exporter.health..", "..exporter.gpusetup..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ObjectMapper.class);

    @ArchTest
    static final ArchRule COLLECTORS_KNOW_NO_HTTP_SERVER = noClasses()
            .that()
            .resideInAPackage("..exporter.collector..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..exporter.http..", "..exporter.alert..", "com.sun.net.httpserver..");

    @ArchTest
    static final ArchRule FILES_ARE_READ_WITH_A_LIMIT = ArchitectureRules.filesAreReadWithALimit();

    @ArchTest
    static final ArchTests SHARED = ArchTests.in(ArchitectureRules.class);
}
