// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Imports run one way. */
@AnalyzeClasses(packages = "io.xlvs.controller", importOptions = DoNotIncludeTests.class)
class ImportsTest {
  @ArchTest
  static final ArchRule ONLY_THE_DATA_PLANE_TOUCHES_THE_KERNEL = noClasses()
      .that().resideOutsideOfPackages("io.xlvs.controller.dataplane..", "io.xlvs.controller.net..")
      .should().dependOnClassesThat().resideInAnyPackage("io.xlvs.bpf..", "io.xlvs.loader..");

  @ArchTest
  static final ArchRule ONLY_THE_API_KNOWS_ITS_MESSAGES = noClasses()
      .that().resideOutsideOfPackage("io.xlvs.controller.api..")
      .should().dependOnClassesThat().resideInAnyPackage("io.xlvs.v1..");

  @ArchTest
  static final ArchRule ONLY_THE_STORE_KNOWS_ITS_FILE = noClasses()
      .that().resideOutsideOfPackage("io.xlvs.controller.store..")
      .should().dependOnClassesThat().resideInAnyPackage("io.xlvs.store..");

  @ArchTest
  static final ArchRule THE_MODEL_STANDS_ALONE = noClasses()
      .that().resideInAPackage("io.xlvs.controller.service..")
      .should().dependOnClassesThat().resideInAnyPackage("io.grpc..", "com.google..", "io.netty..", "io.xlvs.controller.registry..",
          "io.xlvs.controller.dataplane..", "io.xlvs.controller.api..", "io.xlvs.controller.store..", "io.xlvs.controller.schedule..");

  @ArchTest
  static final ArchRule NO_CYCLES = slices().matching("io.xlvs.controller.(*)..").should().beFreeOfCycles();
}
