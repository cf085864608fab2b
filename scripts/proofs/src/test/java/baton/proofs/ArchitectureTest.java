package baton.proofs;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Who may know whom (design, section 6). */
@AnalyzeClasses(
    packages = "baton",
    importOptions = {
      ImportOption.DoNotIncludeTests.class,
      ArchitectureTest.DoNotIncludeFakes.class
    })
class ArchitectureTest {
  /** What other modules lend to tests comes as a jar once they are packaged. */
  static final class DoNotIncludeFakes implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  private static final String[] VALUES = {"java..", "baton.protocol", "baton.protocol.checkpoint"};

  @ArchTest
  static final ArchRule theCoordinatorKnowsNoWorker =
      noClasses()
          .that()
          .resideInAPackage("baton.coordinator..")
          .should()
          .dependOnClassesThat(resideInAPackage("baton.worker.."));

  @ArchTest
  static final ArchRule theWorkerKnowsNoCoordinator =
      noClasses()
          .that()
          .resideInAPackage("baton.worker..")
          .should()
          .dependOnClassesThat(resideInAPackage("baton.coordinator.."));

  @ArchTest
  static final ArchRule storageKnowsTheProtocolOnly =
      noClasses()
          .that()
          .resideInAPackage("baton.storage..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "baton.coordinator..",
                  "baton.worker..",
                  "baton.protocol.message..",
                  "baton.protocol.client.."));

  /** A store on Drive moves files, files are moved with a sign-in, and never the other way. */
  @ArchTest
  static final ArchRule signingInToDriveKnowsNoFiles =
      noClasses()
          .that()
          .resideInAPackage("baton.storage.drive.oauth")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("baton.storage.drive", "baton.storage.drive.transfer"));

  @ArchTest
  static final ArchRule transfersToDriveKnowNoStore =
      noClasses()
          .that()
          .resideInAPackage("baton.storage.drive.transfer")
          .should()
          .dependOnClassesThat(resideInAPackage("baton.storage.drive"));

  @ArchTest
  static final ArchRule noStoreKnowsAnother =
      slices().matching("baton.storage.(directory|drive|s3)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule theLeaseCoreKnowsTheJdkAndValues =
      classes()
          .that()
          .resideInAPackage("baton.coordinator.lease")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(VALUES).or(resideInAPackage("baton.coordinator.lease")));

  @ArchTest
  static final ArchRule theSegmentCoreKnowsTheJdkAndValues =
      classes()
          .that()
          .resideInAPackage("baton.worker.segment")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(VALUES).or(resideInAPackage("baton.worker.segment")));

  @ArchTest
  static final ArchRule noPartKnowsTheScripts =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "baton.cli..", "baton.simulation..", "baton.proofs..", "baton.testing..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "baton.cli..", "baton.simulation..", "baton.proofs..", "baton.testing.."));

  @ArchTest
  static final ArchRule whatUsersRunKnowsNeitherProofsNorSimulation =
      noClasses()
          .that()
          .resideInAPackage("baton.cli..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("baton.simulation..", "baton.proofs..", "baton.testing.."));

  @ArchTest
  static final ArchRule theSimulationKnowsNoProofs =
      noClasses()
          .that()
          .resideInAPackage("baton.simulation..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("baton.proofs..", "baton.testing.."));

  @ArchTest
  static final ArchRule wireTypesStopInHttpAndTheClient =
      noClasses()
          .that()
          .resideInAnyPackage(
              "baton.coordinator.lease",
              "baton.coordinator.relay",
              "baton.coordinator.store",
              "baton.coordinator.checkpoint",
              "baton.coordinator.drive",
              "baton.coordinator.s3",
              "baton.worker.segment..",
              "baton.worker.train..",
              "baton.worker.checkpoint..",
              "baton.worker.child..",
              "baton.worker.data..",
              "baton.worker.terminal..")
          .should()
          .dependOnClassesThat(resideInAPackage("baton.protocol.message.."));

  @ArchTest
  static final ArchRule onlyTheWiringConstructsTheShellsOfTheCoordinator =
      noClasses()
          .that()
          .resideInAnyPackage("baton.coordinator.relay..", "baton.coordinator.lease..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("baton.storage.directory..", "baton.storage.drive.."));

  @ArchTest
  static final ArchRule sqlStopsInTheStore =
      noClasses()
          .that()
          .resideOutsideOfPackage("baton.coordinator.store..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("java.sql..", "org.jdbi..", "org.flywaydb..", "com.hazelcast.."));

  @ArchTest
  static final ArchRule vertxStopsInHttp =
      noClasses()
          .that()
          .resideOutsideOfPackage("baton.coordinator.http..")
          .and()
          .doNotHaveFullyQualifiedName("baton.coordinator.Coordinator")
          .should()
          .dependOnClassesThat(resideInAPackage("io.vertx.."));

  @ArchTest
  static final ArchRule ndArraysStopInTraining =
      noClasses()
          .that()
          .resideOutsideOfPackages("baton.worker.train..", "baton.programs..")
          .should()
          .dependOnClassesThat(resideInAPackage("ai.djl.."));

  @ArchTest
  static final ArchRule theProgramsThatComeAlongAreFoundAndNotNamed =
      noClasses()
          .that()
          .resideOutsideOfPackages("baton.programs..", "baton.proofs..")
          .should()
          .dependOnClassesThat(resideInAPackage("baton.programs.."));

  @ArchTest
  static final ArchRule programsKnowOfBatonWhatAUsersOwnProgramKnows =
      noClasses()
          .that()
          .resideInAPackage("baton.programs..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("baton..")
                  .and(
                      not(
                          resideInAnyPackage(
                              "baton.programs..",
                              "baton.worker.train",
                              "baton.worker.segment",
                              "baton.protocol"))));

  @ArchTest
  static final ArchRule theShellsOfTheCoordinatorNeverKnowOneAnother =
      slices()
          .matching("baton.coordinator.(store|http|checkpoint|drive|s3)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule theRelayKnowsTheCoreAndItsPorts =
      noClasses()
          .that()
          .resideInAPackage("baton.coordinator.relay")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "baton.coordinator.store..",
                  "baton.coordinator.http..",
                  "baton.coordinator.checkpoint..",
                  "baton.coordinator.drive..",
                  "baton.coordinator.s3.."));

  @ArchTest
  static final ArchRule theShellsOfTheWorkerNeverKnowOneAnother =
      slices()
          .matching("baton.worker.(train|checkpoint|terminal|http|child|data)..")
          .should()
          .notDependOnEachOther();

  /** Who used a shorter one would not notice a component that is added. */
  @ArchTest
  static final ArchRule aRecordHasOneConstructor =
      classes().that().areRecords().should(haveOneConstructor());

  private static ArchCondition<JavaClass> haveOneConstructor() {
    return new ArchCondition<>("have one constructor") {
      @Override
      public void check(JavaClass record, ConditionEvents events) {
        int constructors = record.getConstructors().size();
        events.add(
            new SimpleConditionEvent(
                record,
                constructors == 1,
                "%s has %d constructors".formatted(record.getName(), constructors)));
      }
    };
  }

  @ArchTest
  static void noTwoTopLevelTypesShareASimpleName(JavaClasses all) {
    Map<String, Set<String>> byName =
        all.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(
                Collectors.groupingBy(
                    JavaClass::getSimpleName,
                    Collectors.mapping(JavaClass::getName, Collectors.toSet())));

    assertThat(byName).allSatisfy((name, types) -> assertThat(types).as(name).hasSize(1));
  }

  @ArchTest
  static final ArchRule onlyMainExits =
      noClasses()
          .that()
          .haveSimpleNameNotEndingWith("Main")
          .should()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "getenv", String.class);
}
