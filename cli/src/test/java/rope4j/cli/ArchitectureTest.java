package rope4j.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// The direction of arrows, and where the incubating module may be touched.
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("rope4j");

  @Test
  void nothingPointsBack() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("rotation")
        .definedBy("rope4j.rotation..")
        .layer("checkpoint")
        .definedBy("rope4j.checkpoint..")
        .layer("inference")
        .definedBy("rope4j.inference..")
        .layer("chat")
        .definedBy("rope4j.chat..")
        .layer("diagnosis")
        .definedBy("rope4j.diagnosis..")
        .layer("tuning")
        .definedBy("rope4j.tuning..")
        .layer("cli")
        .definedBy("rope4j.cli..")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("chat")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("tuning")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("diagnosis")
        .mayOnlyBeAccessedByLayers("tuning", "cli")
        .whereLayer("inference")
        .mayOnlyBeAccessedByLayers("chat", "diagnosis", "tuning", "cli")
        .whereLayer("checkpoint")
        .mayOnlyBeAccessedByLayers("inference", "chat", "diagnosis", "tuning", "cli")
        .check(CLASSES);
  }

  @Test
  void packagesDoNotDependOnEachOtherInCircles() {
    slices().matching("rope4j.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theVectorApiIsTouchedOnlyInKernelPackages() {
    noClasses()
        .that()
        .resideOutsideOfPackage("..kernel")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(CLASSES);
  }

  @Test
  void rotationDependsOnNothingButTheJdk() {
    noClasses()
        .that()
        .resideInAPackage("rope4j.rotation..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "rope4j.rotation..", "java..", "jdk.incubator.vector..", "org.jspecify..")
        .check(CLASSES);
  }
}
