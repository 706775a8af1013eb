package io.bev.avatar.bench;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.bev.avatar.testkit.ArchitectureRules;

@AnalyzeClasses(packages = "io.bev.avatar.bench", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchTests SHARED = ArchTests.in(ArchitectureRules.class);
}
